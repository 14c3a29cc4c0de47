"""What an undo sends: the version of the cell that the person saw."""

from django import forms


class UndoForm(forms.Form):
    seen_version = forms.IntegerField(widget=forms.HiddenInput)
