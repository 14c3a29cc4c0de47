"""The data of an uploaded document as typed; what it means is checked by the actions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django import forms
from django.core.files.base import File

from cchc_index.lib.faults import Invalid
from cchc_index.lib.moments import DayField
from selfassess.evidence.forms import PlaceForm
from selfassess.uploads.actions import HeldUpload, held
from units.models import User

from .actions import OFFERED, hold_upload

_BAD_DAY = "Ngày ban hành không đọc được: ghi theo dạng 31/12/2024."


class DocumentUploadForm(PlaceForm):
    number = forms.CharField(required=False)
    issued_on = DayField(required=False, error_messages={"invalid": _BAD_DAY})
    issuer = forms.CharField(required=False)
    abstract = forms.CharField(required=False)


@dataclass
class Intake:
    """What came of the upload part of a form. `values`: the fields as typed, or as offered where nothing was typed;
    `is_offered`: something was filled in and waits for the person's eyes."""

    form: DocumentUploadForm
    upload: HeldUpload | None = None
    values: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    is_offered: bool = False

    @property
    def is_wanted(self) -> bool:
        """Whether the person began to upload anything."""
        return bool(self.upload or self.errors or any(self.values.values()))

    @property
    def is_ready(self) -> bool:
        return not self.errors and not self.is_offered

    def given(self) -> dict[str, Any]:
        """What the actions take: file and data."""
        return {**self.form.cleaned_data, "upload": self.upload.file() if self.upload else None}


def take_in(typed: Mapping[str, str], file: "File[Any] | None", actor: User, unit_id: int, place: str) -> Intake:
    """Hold the file that came, or find the one that came before, and offer what its paper says for empty fields.
    Whatever was typed wins. Faults of file and fields come together."""
    intake = Intake(DocumentUploadForm(typed), values={name: typed.get(name, "").strip() for name in OFFERED})
    try:
        if file is not None:
            intake.upload = hold_upload(actor=actor, unit_id=unit_id, place=place, upload=file)
        elif typed.get("held"):
            intake.upload = held(typed["held"], actor.pk, place)
            if intake.upload is None:
                intake.errors["upload"] = "Tệp đã gửi trước đó không còn được giữ: chọn lại tệp."
    except Invalid as invalid:
        intake.errors |= invalid.errors
    if intake.upload:
        _offer(intake, intake.upload.facts)
    if not intake.form.is_valid():
        intake.errors |= intake.form.sentences()
    return intake


def _offer(intake: Intake, facts: Mapping[str, str]) -> None:
    for name in OFFERED:
        if facts.get(name) and not intake.values[name]:
            day = name == "issued_on"
            intake.values[name] = f"{date.fromisoformat(facts[name]):%d/%m/%Y}" if day else facts[name]
            intake.is_offered = True
