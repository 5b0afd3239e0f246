"""`python -m services.intake`: run the service; `understand FIELD [--today DATE]`: understand what is typed."""

import sys

if __name__ == "__main__":
    # Each imports what it needs: the one is to answer at once, the other is a whole service.
    if sys.argv[1:2] == ["understand"]:
        from services.intake import understand

        sys.exit(understand.main(sys.argv[2:]))
    from chassis.service import run
    from services.intake.app import SERVICE

    run(SERVICE)
