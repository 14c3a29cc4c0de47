"""The last minute before the deadline: many heads of units submit at once, on PostgreSQL behind gunicorn.

.venv/bin/python bench/deadline_peak.py [--users 500] [--seconds 60] [--uploads 200] [--megabytes 5] [--units 180]
[--leaves 60]

Starts everything itself on loopback, as deploy/*.service say: a scratch database, gunicorn for pages and for
uploads (the clients do the proxy's part and send files to the second), a Celery worker.
DATABASE_URL names a PostgreSQL server where a database may be created, REDIS_URL a broker (without it a
folder). Three runs: submissions alone; the same while people upload; the same while the worker draws PDFs
besides. Every tenth person presses the button twice. The people are of as many blocks as have `--units` units (without
it of one). Before the runs an empty page is opened one at a time, signed in, through the same server and database: each
figure stands in seconds and in empty pages. Whose form has waited QUEUE_SECONDS gets it back with a receipt of its
arrival and sends it again: they are counted, and each must be submitted. Exit 1 when a figure does not hold.
"""

import argparse
import os
import random
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from _clients import Answer, Browser, Person, free_port, look, submit, upload
from _scratch import ROOT, on_postgres

sys.path.insert(0, str(ROOT))

from deploy import service_files

CRITERIA = 60
EMPTY_PAGES = 200
P95_LIMIT = 2.0
WARM = 60
DRAWN = 20
"""Statements of points asked for as PDF during the last run."""


@dataclass
class Run:
    """What became of one run."""

    name: str
    empty: float
    """Seconds of an empty page."""
    looks: list[Answer] = field(default_factory=list)
    submissions: list[Answer] = field(default_factory=list)
    uploads: list[Answer] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


# --- the installation -----------------------------------------------------------------------------


def command_of(service: str) -> list[str]:
    """The command of a unit in deploy/ as printed, at its priority, with the project where it stands."""
    unit = service_files.service(service)
    return ["nice", "-n", str(unit.nice), *unit.here()]


@contextmanager
def running(command: Sequence[str], log: Path) -> Iterator[None]:
    """A service of our own process group; stopped with all its children."""
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=out, start_new_session=True)
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)


def wait_for(port: int, log: Path) -> None:
    import urllib.request

    for _ in range(150):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/suc-khoe/", timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("Máy chủ web không trả lời sau 30 giây:\n" + log.read_text()[-2000:])


# --- the people -----------------------------------------------------------------------------------


@dataclass
class BenchBlock:
    """Complete drafts: who may submit, who uploads where. `round_group`: that of the first."""

    round_group: Any
    heads: list[Person]
    officers: list[Person]


def make_block(year: int, users: int, uploads: int, criteria: int = CRITERIA) -> BenchBlock:
    """A round of `users` units with each of its `criteria` scored and proved, and `uploads` more that still work."""
    from selfassess.models import SelfAssessment
    from selfassess.tests.workbooks import large_assessment
    from units.models import Membership, Role, Unit, User

    round_group = large_assessment(criteria, year=year).round_group
    names = [f"P{year}-{n:04d}" for n in range(users + uploads)]
    units = Unit.objects.bulk_create(Unit(group=round_group.group, code=c, name=f"Đơn vị {c}") for c in names)
    people = User.objects.bulk_create(
        User(username=c.lower(), full_name=f"Người {c}", email=f"{c.lower()}@example.vn", password=f"!{c}")
        for c in names
    )
    roles = [Role.UNIT_HEAD] * users + [Role.UNIT_OFFICER] * uploads
    Membership.objects.bulk_create(
        Membership(user=person, unit=unit, role=role) for person, unit, role in zip(people, units, roles, strict=True)
    )
    drafts = SelfAssessment.objects.bulk_create(SelfAssessment(round_group=round_group, unit=unit) for unit in units)
    fill(drafts)
    leaf = round_group.criteria_set.criteria.filter(is_leaf=True).values_list("pk", flat=True).first() or 0
    everybody = [Person(session_of(person), draft.pk, leaf) for person, draft in zip(people, drafts, strict=True)]
    return BenchBlock(round_group, everybody[:users], everybody[users:])


def make_blocks(year: int, options: argparse.Namespace, uploads: int) -> BenchBlock:
    """As many blocks of `--units` units as hold all who submit, each in a year of its own from this one on."""
    size = options.units or options.users
    sizes = [min(size, options.users - begun) for begun in range(0, options.users, size)]
    made = [make_block(year + n, users, 0 if n else uploads, options.leaves) for n, users in enumerate(sizes)]
    return BenchBlock(made[0].round_group, [head for block in made for head in block.heads], made[0].officers)


def fill(drafts: Sequence[Any]) -> None:
    """Points, words and one document for every criterion of every draft."""
    from decimal import Decimal

    from criteria.models import Criterion
    from selfassess.models import Document, Evidence, SelfScore

    criteria_set = drafts[0].round_group.criteria_set
    leaves = list(Criterion.objects.filter(criteria_set=criteria_set, is_leaf=True).order_by("position"))
    actor = drafts[0].unit.memberships.get().user
    papers = Document.objects.bulk_create(
        Document(
            unit=draft.unit,
            number=f"{draft.pk}/BC",
            file=f"evidence/{draft.pk}.pdf",
            original_name="bao-cao.pdf",
            content_type="application/pdf",
            size=1,
            digest=f"{draft.pk:064x}",
            uploaded_by=actor,
            reading={},
        )
        for draft in drafts
    )
    said = "Chấm theo báo cáo tổng kết năm và sổ theo dõi của đơn vị. " * 5
    scores = SelfScore.objects.bulk_create(
        (
            SelfScore(assessment=draft, criterion=leaf, points=Decimal("0.75"), explanation=said, version=1)
            for draft in drafts
            for leaf in leaves
        ),
        2_000,
    )
    Evidence.objects.bulk_create(
        (Evidence(score=score, document=papers[n // len(leaves)], page=1) for n, score in enumerate(scores)),
        2_000,
    )


def session_of(person: Any) -> str:
    """The key of a session in which the person is logged in."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]  # a fresh proof
    session["account_authentication_methods_user"] = str(person.pk)
    session.save()
    return str(session.session_key)


def settle(port: int, block: BenchBlock) -> None:
    """As an installation is that has run for weeks: the planner knows its tables, every worker its pages."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    looks = [threading.Thread(target=look, args=(port, person)) for person in block.heads[:WARM]]
    for each in looks:
        each.start()
    for each in looks:
        each.join()


def empty_page(port: int, block: BenchBlock) -> float:
    """The median seconds of a page of this site with nothing in it, once its workers are warm."""
    browser = Browser(port, block.heads[0].session)
    address, taken = f"/trang-trong/?nam={block.round_group.round.year}", list[float]()
    for _ in range(WARM + EMPTY_PAGES):
        started = time.perf_counter()
        status, _, _ = browser.ask("GET", address)
        taken.append(time.perf_counter() - started)
        assert status == 200, (address, status)
    browser.connection.close()
    return statistics.median(taken[WARM:])


# --- one run --------------------------------------------------------------------------------------


def drive(
    run: Run, ports: tuple[int, int], block: BenchBlock, options: argparse.Namespace, *, uploads: int, drawn: int
) -> Run:
    """Everybody of the block at their moment of the minute; uploads and drawings start in its middle."""
    jobs = []
    moments = random.Random(len(run.name))
    for number, person in enumerate(block.heads):
        at, presses = moments.uniform(0, options.seconds), 2 if number % 10 == 0 else 1
        jobs.append(
            threading.Thread(
                target=submit, daemon=True, args=(ports[0], person, at, presses, run.looks, run.submissions)
            )
        )
    for officer in block.officers[:uploads]:
        arguments = (ports, officer, options.seconds / 3, options.megabytes, run.uploads)
        jobs.append(threading.Thread(target=upload, daemon=True, args=arguments))
    started = time.time()
    if drawn:
        ask_for_statements(block, drawn)
    for job in jobs:
        job.start()
    for job in jobs:
        job.join()
    judge(run, block, uploads)
    report(run, time.time() - started)
    return run


def ask_for_statements(block: BenchBlock, count: int) -> None:
    """PDFs for the worker to draw while people submit."""
    from results.statement.actions import request_statement
    from selfassess.models import SelfAssessment
    from units.models import Role
    from units.tests.factories import person

    manager = person(Role.INDEX_MANAGER)
    for draft in block.heads[:count]:
        sheet = SelfAssessment.objects.get(pk=draft.assessment)
        request_statement(actor=manager, round_group_id=sheet.round_group_id, unit_id=sheet.unit_id)


def judge(run: Run, block: BenchBlock, uploads: int) -> None:
    """Count what the database says against what people were told."""
    from selfassess.models import Document, SelfAssessment, Transition
    from units.auditlog.models import LogEntry

    ids = [person.assessment for person in block.heads]
    submitted = SelfAssessment.objects.filter(pk__in=ids, state=SelfAssessment.State.SUBMITTED).count()
    steps = Transition.objects.filter(assessment__in=ids, verb="submit").count()
    entries = LogEntry.objects.filter(verb="selfassess.submit", object_id__in=[str(pk) for pk in ids]).count()
    taken = Document.objects.filter(unit__assessments__in=[p.assessment for p in block.officers], size__gt=1).count()
    told = sum(answer.good for answer in run.submissions)
    lost = sum(answer.waited and not answer.good for answer in run.submissions)
    errors = [a.fault for a in (*run.looks, *run.submissions, *run.uploads) if a.status >= 500 or a.status == 0]
    expect = [
        (submitted == len(ids), f"mất {len(ids) - submitted} bản nộp"),
        (steps == len(ids), f"{steps - len(ids)} bước nộp thừa hoặc thiếu"),
        (entries == len(ids), f"{entries - len(ids)} dòng nhật ký thừa hoặc thiếu"),
        (told == len(ids), f"{len(ids) - told} người không nhận được biên nhận"),
        (not lost, f"{lost} người có biên nhận giờ đến mà không nộp được"),
        (taken == uploads, f"{uploads - taken} tệp tải lên bị mất"),
        (not errors, f"{len(errors)} lỗi máy chủ hoặc mất kết nối, ví dụ: {errors[:3]}"),
        (percentile(run.looks, 95) <= P95_LIMIT, f"mở trang: p95 quá {P95_LIMIT} giây"),
        (percentile(run.submissions, 95) <= P95_LIMIT, f"nộp: p95 quá {P95_LIMIT} giây"),
    ]
    run.faults = [said for holds, said in expect if not holds]


def percentile(answers: Sequence[Answer], share: int) -> float:
    seconds = sorted(answer.seconds for answer in answers)
    return statistics.quantiles(seconds, n=100, method="inclusive")[share - 1] if len(seconds) > 1 else 0.0


def report(run: Run, seconds: float) -> None:
    print(f"\n{run.name} ({seconds:.0f} giây)")
    for kind, answers in (("mở trang", run.looks), ("nộp", run.submissions), ("tải tệp", run.uploads)):
        if answers:
            longest = max(answer.seconds for answer in answers)
            wrong = sum(answer.status >= 500 or answer.status == 0 for answer in answers)
            measured = (("p50", percentile(answers, 50)), ("p95", percentile(answers, 95)), ("dài nhất", longest))
            times = "   ".join(f"{word} {each:.3f} s = {each / run.empty:.1f} ×" for word, each in measured)
            print(f"  {kind:<10}{len(answers):>5} lượt   {times}   lỗi máy chủ {wrong}")
    waited = [answer.good for answer in run.submissions if answer.waited]
    print(f"  {len(waited)} người chờ quá lâu, nhận biên nhận giờ đến và gửi lại; {sum(waited)} trong số đó đã nộp")
    print("  " + ("; ".join(run.faults) if run.faults else "không mất, không trùng, không lỗi"))


def measure(options: argparse.Namespace) -> int:
    """All runs against one installation; the number that failed."""
    port, uploads_port, folder = free_port(), free_port(), Path(os.environ["VAR_DIR"])
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "_measured_settings",
        "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), str(ROOT)]),
        "TRUSTED_PROXIES": "1",
    }
    years = -(-options.users // (options.units or options.users))
    together = f"Nộp khi {options.uploads} người cùng tải tệp {options.megabytes} MB"
    plan = [
        ("Chỉ nộp", 0, 0),
        (together, options.uploads, 0),
        (f"{together} và {DRAWN} bản PDF được dựng", options.uploads, DRAWN),
    ]
    blocks = [make_blocks(2032 + n * years, options, uploads) for n, (_, uploads, _) in enumerate(plan)]
    ports, runs = (port, uploads_port), []
    with ExitStack() as stack:
        for service, own_port in (("cchc-web", port), ("cchc-upload", uploads_port)):
            command = command_of(service)
            command[command.index("--bind") + 1] = f"127.0.0.1:{own_port}"
            stack.enter_context(running(command, folder / f"{service}.log"))
        stack.enter_context(running(command_of("cchc-worker"), folder / "worker.log"))
        wait_for(uploads_port, folder / "cchc-upload.log")
        wait_for(port, folder / "cchc-web.log")
        settle(port, blocks[-1])
        empty = empty_page(port, blocks[-1])
        print(f"trang trống: {empty * 1000:.1f} ms (trung vị của {EMPTY_PAGES} lượt)")
        for (name, uploads, drawn), block in zip(plan, blocks, strict=True):
            runs.append(drive(Run(name, empty), ports, block, options, uploads=uploads, drawn=drawn))
    return sum(bool(run.faults) for run in runs)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--users", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--uploads", type=int, default=200)
    parser.add_argument("--megabytes", type=int, default=5)
    parser.add_argument("--units", type=int, default=0)
    parser.add_argument("--leaves", type=int, default=CRITERIA)
    options = parser.parse_args()
    return on_postgres(lambda: measure(options))


if __name__ == "__main__":
    sys.exit(main())
