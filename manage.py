#!/usr/bin/env python
"""Django's command line for the index; see docs/operations.md for the operators' commands."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cchc_index.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
