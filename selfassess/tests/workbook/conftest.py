"""An open assessment of six criteria, its officer, and LibreOffice to open their workbook."""

import shutil
import subprocess
from pathlib import Path

import pytest

from selfassess.models import SelfAssessment
from selfassess.tests.workbooks import LibreOffice, large_assessment
from units.models import Role, User
from units.tests.factories import person


@pytest.fixture
def assessment() -> SelfAssessment:
    """Six criteria, one of each kind of rule: 1.1 direct, then steps, bands, proportional, formula, yes/no."""
    return large_assessment(6)


@pytest.fixture
def officer(assessment: SelfAssessment) -> User:
    return person(Role.UNIT_OFFICER, assessment.unit)


@pytest.fixture(scope="module")
def libreoffice(tmp_path_factory: pytest.TempPathFactory) -> LibreOffice:
    """The file as LibreOffice computes and saves it."""
    program = shutil.which("localc")
    if program is None:
        pytest.skip("LibreOffice Calc chưa cài trên máy này")
    folder = tmp_path_factory.mktemp("libreoffice")
    before, after = folder / "vao.xlsx", folder / "ra" / "vao.xlsx"
    profile = f"-env:UserInstallation=file://{folder}/profile"

    def convert(content: bytes) -> bytes:
        before.write_bytes(content)
        command: list[str | Path] = [
            program,
            profile,
            "--headless",
            "--convert-to",
            "xlsx",
            "--outdir",
            after.parent,
            before,
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        return after.read_bytes()

    return convert
