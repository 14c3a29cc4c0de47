from typing import ClassVar

from django.apps import AppConfig


class Config(AppConfig):
    name = "results"
    verbose_name = "Kết quả và công bố"
    log_words: ClassVar[dict[str, str]] = {
        "publication.propose": "Đề nghị công bố",
        "publication.withdraw": "Rút đề nghị công bố",
        "publication.publish": "Công bố Chỉ số",
        "publication.propose_recall": "Đề nghị thu hồi công bố",
        "publication.drop_recall": "Rút đề nghị thu hồi công bố",
        "publication.recall": "Thu hồi công bố",
        "publication.keep_file": "Lưu tệp của công bố",
        "publication.post_signed": "Đăng Quyết định đã ký",
        "publication.withdraw_signed": "Gỡ Quyết định đã ký",
        "archive.sign": "Thay đổi điểm của năm đã công bố",
        "round.grounds": "Công khai hoặc thôi công khai căn cứ của điểm",
        "round.remind": "Nhắc các đơn vị, thành viên Hội đồng",
        "papertext.save": "Sửa đoạn văn của văn bản",
        "recommendation.add": "Thêm kiến nghị",
        "recommendation.change": "Sửa kiến nghị",
        "recommendation.remove": "Bỏ kiến nghị",
    }
    """What people read for the verbs of this app's entries in the log."""

    def ready(self) -> None:
        from appraisal.council.meetings import subjects  # inline: registration
        from appraisal.models import AgendaItem  # inline: registration
        from appraisal.rules.seats import closed_answers  # inline: registration
        from criteria import published  # inline: registration
        from selfassess.lastyear import council  # inline: registration
        from surveys import approvers  # inline: registration
        from surveys.handover import approved  # inline: registration
        from units import settled  # inline: registration

        from .approval import queries as approval  # inline: registration
        from .publication import queries as publication  # inline: registration

        council.register("results", publication.published_points)
        published.register("results", publication.is_in_force)
        settled.register("results", publication.settled_days, publication.listed_units)
        approved.register("results", approval.said_of_table)
        approving = approvers.Approving(approval.survey_blocks_before, closed_answers, approval.is_survey_signed)
        approvers.register("results", approving)
        subjects.register(AgendaItem.Kind.SURVEY, approval.survey_digest)
        subjects.register(AgendaItem.Kind.RANKING, approval.ranking_digest)
