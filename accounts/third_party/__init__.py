"""Third parties that know end users: what each is asked, and how its answers are verified."""
