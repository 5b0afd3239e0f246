"""The Japanese school year, from which the guardian rule follows."""

from datetime import date


def guardian_required(birth_date: date, on: date, through_grade: int = 9) -> bool:
    """True for 中学生以下: until 31 March of the school year in which the person turns 15.

    `through_grade` counts school years from primary school (6: 小学生以下, 9: 中学生以下, 12: 高校生以下).

    The guide: 「申請者が『中学生以下』の場合」. School Education Act art. 17 and its Enforcement Regulations art. 59
    (the school year is 1 April to 31 March), Act on Calculation of Ages and Civil Code art. 143 (an age is reached
    at the end of the day before the birthday, so that who is born on 1 April belongs to the year before).
    `on` is the date of submission in Japan; the caller stores the answer, which must not flip during review.
    """
    return birth_date >= guardian_from(on, through_grade)


def guardian_from(on: date, through_grade: int = 9) -> date:
    """The oldest for whom a guardian must be named on this day were born on this one: always a 2 April."""
    school_year = on.year if (on.month, on.day) >= (4, 1) else on.year - 1
    return date(school_year - 6 - through_grade, 4, 2)
