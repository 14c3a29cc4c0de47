"""Addresses of the ranking. Words without accents; a published page keeps its address for good."""

from django.urls import path

from .analysis import views as analysis
from .api import views as api
from .archive import views as archive
from .control import views as control
from .files import views as files
from .jobs import views as jobs
from .meeting import views as meeting
from .papers import views as papers
from .planpaper import views as planpaper
from .pointspaper import views as pointspaper
from .preview import views as preview
from .proposals import views as proposals
from .public import views as public
from .signed import views as signed
from .statement import views as statement
from .steering import views as steering
from .surveyreport import views as surveyreport

app_name = "results"

_PREVIEW = "dieu-hanh/xem-truoc/<int:year>/"
_PUBLICATION = "xep-hang/<int:year>/<slug:number>/"
_API = "api/v1/publications/<int:year>/<slug:number>"
_FILES = "tai-ve/<int:year>/<slug:number>/"

urlpatterns = [
    path("xep-hang/", public.ranking, name="ranking"),
    path(_PUBLICATION, public.publication, name="publication"),
    path(f"{_PUBLICATION}don-vi/<slug:group>/<path:code>/", public.unit, name="publication-unit"),
    path(f"{_PUBLICATION}tieu-chi/<slug:group>/<path:code>/", public.criterion, name="publication-criterion"),
    path(f"{_PUBLICATION}linh-vuc/<slug:group>/<path:code>/", public.area, name="publication-area"),
    path(f"{_PUBLICATION}so-sanh/<slug:group>/", public.compare, name="publication-compare"),
    path("nhieu-nam/", public.years, name="years"),
    path("robots.txt", public.robots, name="robots"),
    path("sitemap.xml", public.sitemap, name="sitemap"),
    path("cach-tinh/", public.method, name="method"),
    path("du-lieu/", public.data, name="data"),
    path("du-lieu/bang-ma-cot.csv", files.codebook, name="codebook"),
    path("du-lieu/khoa-cong-khai.pem", files.public_key, name="public-key"),
    path("api/v1/openapi.json", api.openapi, name="api"),
    path("api/v1/publications", api.publications, name="api-publications"),
    path(_API, api.head, name="api-head"),
    path(f"{_API}/ranking", api.ranking, name="api-ranking"),
    path(f"{_API}/criteria", api.criteria, name="api-criteria"),
    path(f"{_API}/units/<slug:group>/<path:code>", api.unit, name="api-unit"),
    path(f"{_API}/grounds/<slug:group>/<path:code>", api.grounds, name="api-grounds"),
    path("du-lieu/cong-bo/", public.all_publications, name="publications"),
    path("du-lieu/cong-bo.json", public.all_publications_json, name="publications-json"),
    path("du-lieu/verify.py", files.verifier, name="verifier"),
    path(f"{_FILES}chi-so-cchc-<int:named_year>.<slug:kind>", files.file, name="file"),
    path(f"{_FILES}diem-tung-tieu-chi-<int:named_year>.csv", files.table, {"stem": "diem-tung-tieu-chi"}, name="cells"),
    path(f"{_FILES}bo-tieu-chi-<int:named_year>.csv", files.table, {"stem": "bo-tieu-chi"}, name="criteria"),
    path(f"{_FILES}phieu/<slug:group>/<path:code>.pdf", files.sheet, name="sheet"),
    path(f"{_FILES}quyet-dinh-da-ky.pdf", files.signed_decision, name="signed-decision"),
    path("viec/<int:pk>/", jobs.job, name="job"),
    path("viec/<int:pk>/tep.<slug:ending>", jobs.job_file, name="job-file"),
    path("sao-ke/<int:year>/<slug:group>/<path:code>/", statement.statement, name="statement"),
    path("sao-ke-pdf/<int:year>/<slug:group>/<path:code>/", statement.request_pdf, name="statement-pdf"),
    path("dieu-hanh/", control.control, name="control"),
    path("dieu-hanh/nhac/", control.remind, name="remind"),
    path("dieu-hanh/nhac-thanh-vien/", steering.remind_members, name="remind-members"),
    path("dieu-hanh/tien-do/<int:year>.xlsx", control.state_file, {"kind": "xlsx"}, name="state-xlsx"),
    path("dieu-hanh/tien-do/<int:year>.pdf", control.state_file, {"kind": "pdf"}, name="state-pdf"),
    path("dieu-hanh/diem-da-co/<int:year>/<slug:group>/nhap/", archive.import_scores, name="import-scores"),
    path("dieu-hanh/tinh-lai/<int:pk>/", control.recompute, name="recompute"),
    path("dieu-hanh/phan-tich/<int:year>/<slug:group>/", analysis.analysis_page, name="analysis"),
    path(
        "dieu-hanh/phan-tich/<int:year>/<slug:group>/<slug:name>.<slug:kind>",
        analysis.analysis_file,
        name="analysis-file",
    ),
    path("dieu-hanh/xem-truoc/", preview.preview_now, name="preview-now"),
    path(_PREVIEW, preview.preview, name="preview"),
    path(f"{_PREVIEW}don-vi/<slug:group>/<path:code>/", preview.preview_unit, name="preview-unit"),
    path(f"{_PREVIEW}tieu-chi/<slug:group>/<path:code>/", preview.preview_criterion, name="preview-criterion"),
    path(f"{_PREVIEW}so-sanh/<slug:group>/", preview.preview_compare, name="preview-compare"),
    path("dieu-hanh/xem-truoc/bao-cao/<int:pk>/", preview.preview_report, name="preview-report"),
    path("dieu-hanh/can-cu/<int:year>/", preview.grounds, name="grounds"),
    path("dieu-hanh/cong-bo/", proposals.propose, name="propose"),
    path("dieu-hanh/cong-bo/<int:pk>/", proposals.proposal, name="proposal"),
    path("dieu-hanh/cong-bo/<int:pk>/quyet-dinh-da-ky/tai-len/", signed.post, name="post-signed"),
    path("dieu-hanh/quyet-dinh-da-ky/<int:pk>/go/", signed.withdraw, name="withdraw-signed"),
    path("dieu-hanh/cong-bo/<int:pk>/phieu/", files.request_booklets, name="request-booklets"),
    path("dieu-hanh/cong-bo/<int:pk>/duyet/", proposals.approve, name="approve"),
    path("dieu-hanh/cong-bo/<int:pk>/rut/", proposals.withdraw, name="withdraw"),
    path("dieu-hanh/cong-bo/<int:pk>/thu-hoi/", proposals.propose_recall, name="propose-recall"),
    path("dieu-hanh/cong-bo/<int:pk>/thu-hoi/quyet-dinh/", proposals.decide_recall, name="decide-recall"),
    path("dieu-hanh/cong-bo/<int:pk>/thu-hoi/rut/", proposals.drop_recall, name="drop-recall"),
    path("dieu-hanh/van-ban/", papers.home, name="papers-now"),
    path("dieu-hanh/van-ban/<int:year>/", papers.papers, name="papers"),
    path("dieu-hanh/van-ban/<int:year>/tao/", papers.make, name="make-paper"),
    path("dieu-hanh/van-ban/<int:year>/doan/<slug:slot>/", papers.text, name="paper-text"),
    path("dieu-hanh/van-ban/<int:year>/kien-nghi/", papers.add, name="recommendation-add"),
    path("dieu-hanh/van-ban/<int:year>/kien-nghi/<int:pk>/", papers.follow, name="recommendation"),
    path("dieu-hanh/van-ban/<int:year>/kien-nghi/<int:pk>/bo/", papers.remove, name="recommendation-remove"),
    path("dieu-hanh/phien-hop/<int:pk>/man-chieu/", meeting.projector, name="projector"),
    path("dieu-hanh/phien-hop/<int:pk>/man-chieu/bang/", meeting.projector_board, name="projector-board"),
    path("dieu-hanh/phien-hop/<int:pk>/bien-ban/", meeting.minutes, name="minutes"),
    path("dieu-hanh/phien-hop/<int:pk>/bien-ban.<slug:kind>", meeting.minutes_file, name="minutes-file"),
    path("dieu-tra/ke-hoach/<int:pk>/phu-luc.<slug:kind>", planpaper.annex, name="survey-plan"),
    path("dieu-tra/bang-diem-da-ky/<int:pk>/bang-diem.<slug:kind>", pointspaper.signed_table, name="signed-table"),
    path("dieu-tra/diem/<int:pk>/bao-cao.<slug:kind>", surveyreport.report, name="survey-report"),
]
