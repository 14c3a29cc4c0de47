"""Letters of handing the survey's points over: that a table waits, was received, was given back."""

from django.urls import reverse

from surveys.models import TableSignature
from units.mail.letters import Letter


def signed(row: TableSignature) -> Letter:
    """To those who receive for Sở Nội vụ."""
    return _letter(
        row,
        "Bảng điểm ĐTXHH chờ tiếp nhận",
        f"{row.signed_by} đã ký bảng điểm ĐTXHH {_of(row)}. Đề nghị Ông/Bà xem bảng điểm và tiếp nhận, hoặc trả lại "
        "kèm lý do.",
    )


def received(row: TableSignature) -> Letter:
    """To who signed."""
    return _letter(
        row,
        "Sở Nội vụ đã tiếp nhận bảng điểm ĐTXHH",
        f"{row.decided_by} đã tiếp nhận bảng điểm ĐTXHH {_of(row)} do Ông/Bà ký. Nếu điểm thay đổi sau đó, các thay "
        "đổi hiển thị cạnh chữ ký và bảng điểm phải được ký lại.",
    )


def returned(row: TableSignature) -> Letter:
    """To who signed."""
    return _letter(
        row,
        "Bảng điểm ĐTXHH được trả lại",
        f"{row.decided_by} đã trả lại bảng điểm ĐTXHH {_of(row)} do Ông/Bà ký. Lý do: {row.reason}",
    )


def _of(row: TableSignature) -> str:
    return f"khối {row.round_group.group.name}, năm {row.round_group.round.year}"


def _letter(row: TableSignature, subject: str, sentence: str) -> Letter:
    return Letter(
        event=f"surveys.table:{row.pk}:{row.state}",
        subject=f"{subject}: khối {row.round_group.group.name}",
        paragraphs=[sentence],
        path=reverse("surveys:handover", args=[row.round_group_id]),
        illustrative=row.round_group.round.illustrative,
    )
