"""The settings file of production: services (systemd) and the operator's command read one and the same."""

import getpass
import os
import random
import string
import subprocess
from pathlib import Path

import pytest

from deploy import service_files
from deploy.service_files import environment

ODD = string.ascii_letters + string.digits + "!#$%&()*+,-./:;<=>?@[]^_`{|}~ "


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("KEY=a", "a"),
        ("KEY= a b \t", "a b"),
        ("KEY=a#b ; c", "a#b ; c"),
        ("KEY=$HOME`id`$(id)", "$HOME`id`$(id)"),
        ("KEY='a $b \\c'", "a $b \\c"),
        ('KEY="a \\"b\\" \\$c \\d"', 'a "b" $c \\d'),
        ("KEY=a\\ b\\\\c", "a b\\c"),
        ("KEY=a'b\"c", "a'b\"c"),
        ("KEY='a'\"b\"", "ab"),
        ("KEY=a\\'b'c", "a'b'c"),
        ("KEY=one\\\ntwo", "onetwo"),
        ("KEY=a=b=c", "a=b=c"),
        ("KEY =a", "a"),
        ("KEY=", ""),
    ],
)
def test_value_as_systemd_reads_it(line: str, value: str) -> None:
    assert environment(f"# KEY=no\n; KEY=no\n\n{line}\nLAST=x\n") == {"KEY": value, "LAST": "x"}


def test_line_without_a_sign_of_equality_is_no_setting() -> None:
    assert environment("word\nKEY=a") == {"KEY": "a"}


def test_two_hundred_odd_keys_are_read_as_written() -> None:
    chance = random.Random(200)
    keys = {f"K{n}": "".join(chance.choices(ODD, k=50)).strip() or "x" for n in range(200)}
    written = "".join(f"{name}={_quoted(key)}\n" for name, key in keys.items())
    assert environment(written) == keys


def _quoted(key: str) -> str:
    """As docs/settings.md says: in single quotes whatever is not letters, digits, `-` and `_`."""
    return key if key.replace("-", "").replace("_", "").isalnum() else f"'{key}'"


def test_operators_command_sees_the_settings_of_the_services(tmp_path: Path) -> None:
    key = "".join(random.Random(7).choices(ODD, k=60)).strip()
    file = tmp_path / "cchc.env"
    file.write_text(f"SECRET_KEY='{key}'\nVAR_DIR={tmp_path / 'var'}\n")
    shown = "from django.conf import settings; print(settings.SECRET_KEY)"
    done = subprocess.run(
        [
            service_files.ROOT / "deploy" / "cchc",
            "shell",
            "--no-imports",
            "-c",
            shown,
        ],
        env={"PATH": os.environ["PATH"], "CCHC_ENV": str(file), "CCHC_USER": getpass.getuser()},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == key
