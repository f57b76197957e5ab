"""`python -m feedsvc`: the same as the command `feedsvc`."""

from feedsvc.cli import main

if __name__ == "__main__":  # and not where a process that it begins looks for what to do
    main()
