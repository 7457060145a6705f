"""`python -m crm360`."""

from crm360 import main

if __name__ == "__main__":
    main()
