"""The data of an uploaded document as typed; what it means is checked by the actions."""

from django import forms

from selfassess.evidence.forms import PlaceForm

DAY_FORMATS = ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y")
_BAD_DAY = "Ngày ban hành không đọc được: ghi theo dạng 31/12/2024."


class DocumentUploadForm(PlaceForm):
    number = forms.CharField(required=False)
    issued_on = forms.DateField(required=False, input_formats=DAY_FORMATS, error_messages={"invalid": _BAD_DAY})
    issuer = forms.CharField(required=False)
    abstract = forms.CharField(required=False)
