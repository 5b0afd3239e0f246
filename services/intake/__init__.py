"""Intake: applications, the applicant's sign-in and the public pages. It never decides and keeps no image."""
