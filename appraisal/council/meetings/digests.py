"""What the log takes of a meeting and of an item of its agenda."""

from collections.abc import Iterable

from appraisal.core.digests import moment
from appraisal.models import AgendaItem, Attendance, Dissent, Meeting, Vote
from cchc_index.lib.canonical import digest
from cchc_index.lib.numbers import exact_text

VERB_MEETING = "appraisal.meeting"
VERB_ATTENDANCE = "appraisal.attendance"
VERB_INVITE = "appraisal.invite"
MEETING_VERBS = (VERB_MEETING, VERB_ATTENDANCE, VERB_INVITE)
VERB_AGENDA = "appraisal.agenda"
VERB_REMOVE = "appraisal.agenda_remove"
VERB_VOTE = "appraisal.vote"
VERB_DISSENT = "appraisal.dissent"
VERB_CONCLUDE = "appraisal.conclude"
ITEM_VERBS = (VERB_AGENDA, VERB_VOTE, VERB_DISSENT, VERB_CONCLUDE)

MeetingFacts = dict[str, object]


def meeting_facts(meeting: Meeting, attendance: Iterable[Attendance]) -> MeetingFacts:
    """A meeting as the log keeps it: the digest covers its row and who is there."""
    times = [moment(at) if at else None for at in (meeting.held_at, meeting.deadline, meeting.opened_at)]
    closed = moment(meeting.closed_at) if meeting.closed_at else None
    row = [meeting.council_id, meeting.number, meeting.kind, meeting.title, meeting.place, *times, closed]
    there = sorted([one.seat_id, one.present] for one in attendance)
    people = [meeting.presiding_id, meeting.secretary_id, meeting.state, there]
    # Meetings that nobody was invited to by the system keep the digest that they had before it could.
    people += [meeting.invitation, moment(meeting.invited_at)] if meeting.invited_at else []
    return {
        "state": meeting.state,
        "kind": meeting.kind,
        "present": sum(one[1] for one in there),
        "digest": digest([*row, *people]),
    }


def invitation_digest(meeting: Meeting, items: Iterable[AgendaItem]) -> str:
    """Of what an invitation says: when it differs, members are told again."""
    agenda = [[item.pk, item.title] for item in items]
    return digest([meeting.title, moment(meeting.held_at), meeting.place, agenda])


def item_facts(item: AgendaItem, votes: Iterable[Vote], dissents: Iterable[Dissent]) -> MeetingFacts:
    """An item as the log keeps it: the digest covers what is proposed, what lay before the members, every vote, every
    dissent and the conclusion."""
    about = [item.meeting_id, item.position, item.kind, item.origin, item.title, item.round_group_id]
    about += [item.unit_id, item.criterion_id]
    proposed = [item.verb, item.points, item.not_applicable, item.reason_id, item.comment]
    before = [item.seen_version, item.fingerprint, item.stood_points, item.stood_not_applicable]
    counts = [item.counted, item.in_favour, item.opposed, item.abstained, item.electorate]
    end = [moment(item.concluded_at) if item.concluded_at else None, item.concluded_by_id]
    cast = sorted([vote.seat_id, vote.choice, vote.cast_by_id, moment(vote.cast_at)] for vote in votes)
    apart = sorted([one.seat_id, one.words, one.written_by_id, moment(one.written_at)] for one in dissents)
    return {
        "state": item.state,
        "points": exact_text(item.points),
        "in_favour": item.in_favour,
        "opposed": item.opposed,
        "abstained": item.abstained,
        "electorate": item.electorate,
        "digest": digest([about, proposed, before, item.state, counts, end, cast, apart]),
    }
