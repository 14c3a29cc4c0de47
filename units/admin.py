"""Units, people and the log in the administrators' pages."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from allauth.account.admin import EmailAddress
from allauth.mfa.admin import Authenticator
from allauth.socialaccount.admin import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.admin import UserSession
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from cchc_index.lib.clients import address_of

from . import actions
from .administration.admin import (
    ActionsInWords,
    Folding,
    JoinedRows,
    LoggedAdmin,
    PermissionsInWords,
    ReadOnlyAdmin,
    SheetAdmin,
    record,
)
from .auditlog.digests import marked
from .auditlog.models import LogEntry
from .auditlog.queries import verb_words
from .mail.models import Mail
from .models import DECIDING, Membership, Role, RoleProposal, Succession, Unit, UnitGroup, User
from .people.models import SetupCode
from .resources import UnitResource, UserResource
from .roles.access import former_address, note_address
from .roles.actions import RoleWish, password_set_for, propose_roles
from .roles.mails import tell_access_changed
from .settled import Span, refused_change, settled_days
from .signin.models import WrongGuess


class UnitGroupForm(forms.ModelForm):  # type: ignore[type-arg]
    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        if "code" in self.changed_data and settled_days([self.instance.pk] if self.instance.pk else []):
            raise ValidationError("Mã khối đứng trong kết quả đã công bố: giữ mã này, chỉ sửa tên khối.")
        return code


@admin.register(UnitGroup)
class UnitGroupAdmin(LoggedAdmin):
    form = UnitGroupForm
    list_display = ["code", "name", "position"]
    search_fields = ["code", "name"]


class UnitForm(forms.ModelForm):  # type: ignore[type-arg]
    """Refuses days by which a published year would gain or lose the unit."""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        group, code = data.get("group") or self.instance.group, data.get("code", self.instance.code)
        if not self.errors:
            after = Span(data.get("valid_from"), data.get("valid_to"))
            day = actions.unsettled_day(group=group, code=code, unit_id=self.instance.pk, after=after)
            if day:
                name = "valid_to" if after.last and after.last < day else "valid_from"
                self.add_error(name, refused_change(data.get("name", ""), day))
        return data


@admin.register(Unit)
class UnitAdmin(SheetAdmin):
    form = UnitForm
    resource_classes = [UnitResource]
    list_display = ["code", "name", "group", "subtype", "valid_from", "valid_to"]
    list_display_links = ["code", "name"]
    list_filter = ["group", "subtype", ("doubt", admin.EmptyFieldListFilter)]
    list_select_related = ["group"]
    search_fields = ["code", "name"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        # Scores hang on the unit and its block: a unit that moves is a new unit with a succession.
        return ["group", "code"] if obj is not None else []

    def after_change(self, request: HttpRequest, objects: Sequence[Any]) -> None:
        actions.units_changed({obj.group_id for obj in objects})

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[Any]]:
        """A unit that a published year measured is kept by it."""
        listed = []
        for unit in objs:
            day = actions.unsettled_day(group=unit.group, code=unit.code, unit_id=unit.pk, after=None)
            if day:
                listed.append(f"{unit}: có trong danh sách đơn vị của năm {day.year} đã công bố")
        return ([], {}, set(), listed) if listed else super().get_deleted_objects(objs, request)


class SuccessionForm(forms.ModelForm):  # type: ignore[type-arg]
    """Refuses a day from which a unit would be no more that a published year measured after it."""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        old, on = data.get("predecessor"), data.get("on")
        if old is not None and on is not None and {"predecessor", "on"} & {*self.changed_data}:
            ended = old.span.until(on - timedelta(days=1))
            day = actions.unsettled_day(group=old.group, code=old.code, unit_id=old.pk, after=ended)
            if day:
                self.add_error("on", refused_change(old.name, day))
        return data


@admin.register(Succession)
class SuccessionAdmin(LoggedAdmin):
    form = SuccessionForm
    list_display = ["predecessor", "kind", "successor", "on", "note"]
    list_filter = ["kind"]
    list_select_related = ["predecessor", "successor"]
    autocomplete_fields = ["predecessor", "successor"]
    search_fields = ["predecessor__name", "successor__name"]


class MembershipRows(JoinedRows):
    """Roles of an account. A role given by mistake is switched off, so that its history stays."""

    model = Membership
    fields = ["role", "unit", "valid_from", "valid_to", "active"]
    autocomplete_fields = ["unit"]
    can_delete = False


admin.site.unregister(Group)
# What the library keeps of accounts is changed by their owners, or not at all.
for model in (EmailAddress, Authenticator, UserSession, SocialAccount, SocialApp, SocialToken):
    admin.site.unregister(model)


@admin.register(Group)
class GroupAdmin(PermissionsInWords, ActionsInWords, Folding, DjangoGroupAdmin):  # type: ignore[misc]
    """Groups of rights, found as everything else is."""


class NewUserForm(AdminUserCreationForm):  # type: ignore[type-arg]
    class Meta:
        model = User
        fields = ("username", "full_name", "email")


POWERS = "Quyền vào trang quản trị"


@admin.register(User)
class UserAdmin(PermissionsInWords, SheetAdmin, DjangoUserAdmin):  # type: ignore[type-arg]
    """Named accounts. They are switched off, never deleted: the log names them."""

    resource_classes = [UserResource]
    add_form = NewUserForm
    inlines = [MembershipRows]
    list_display = ["username", "full_name", "email", "is_active", "is_staff", "last_login"]
    list_filter = ["is_active", "is_staff", "memberships__role"]
    search_fields = ["username", "full_name", "email"]
    ordering = ["username"]
    fieldsets = [
        (None, {"fields": ["username", "password", "full_name", "email", "is_active"]}),
        (
            POWERS,
            {"fields": ["is_staff", "is_superuser", "groups", "user_permissions"], "classes": ["collapse"]},
        ),
        ("Thời điểm", {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [
        (None, {"classes": ["wide"], "fields": ["username", "full_name", "email", "password1", "password2"]})
    ]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        # Who is not a superuser must not become one, nor hand out the administrators' pages.
        shown = super().get_fieldsets(request, obj)
        return shown if request.user.is_superuser else [part for part in shown if part[0] != POWERS]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["last_login", "date_joined"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is not None and obj.is_superuser and not request.user.is_superuser:
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change:
            obj.one_time_password = obj.has_usable_password()
        elif "email" in form.changed_data:
            note_address(obj, form.initial.get("email") or "")
        super().save_model(request, obj, form, change)

    def after_change(self, request: HttpRequest, objects: Sequence[Any]) -> None:
        """Whoever's address changed is told at the former one: an invitation would go to the new."""
        for user in objects:
            former = former_address(user)
            if former is not None and isinstance(request.user, User):
                tell_access_changed(user, request.user, "đổi địa chỉ thư điện tử", former)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Roles that decide are proposed, as everywhere; the others are given at once."""
        if formset.model is not Membership:
            super().save_formset(request, form, formset, change)
            return
        formset.save(commit=False)
        wishes = [row for row in formset.new_objects if row.role in DECIDING]
        wishes += [row for row, names in formset.changed_objects if _opens_a_decision(row, names)]
        formset.new_objects = [row for row in formset.new_objects if row not in wishes]
        formset.changed_objects = [pair for pair in formset.changed_objects if pair[0] not in wishes]
        for row in (*formset.new_objects, *(row for row, _ in formset.changed_objects)):
            row.save()
        if wishes and isinstance(request.user, User):
            asked = [RoleWish(row.user, Role(row.role), row.unit, row.valid_from, row.valid_to) for row in wishes]
            propose_roles(
                actor=request.user, wishes=asked, reason="Đề nghị ở trang Quản trị", address=address_of(request)
            )
            messages.info(request, "Vai trò có quyền quyết định đã thành đề nghị, chờ người thứ hai xác nhận.")

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        with transaction.atomic():
            response = super().user_change_password(request, id, form_url)
            if request.method == "POST" and response.status_code == 302:
                user = get_object_or_404(User, pk=id)
                if isinstance(request.user, User) and user != request.user:
                    password_set_for(actor=request.user, user=user)
                record(request, "admin_password", user, after=marked(user))
        return response


def _opens_a_decision(row: Membership, names: Sequence[str]) -> bool:
    """Whether a changed row would give a role that decides, or give it for longer or elsewhere: switching it off does
    not."""
    return row.role in DECIDING and (set(names) != {"active"} or row.active)


class VerbFilter(admin.SimpleListFilter):
    """The verbs of the log by their names."""

    title = "thao tác"
    parameter_name = "verb"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return sorted(verb_words().items(), key=lambda pair: pair[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet[LogEntry]) -> QuerySet[LogEntry]:
        return queryset.filter(verb=self.value()) if self.value() else queryset


@admin.register(LogEntry)
class LogEntryAdmin(ReadOnlyAdmin):
    list_display = ["number", "at", "actor_name", "deed", "unit", "reason"]
    list_filter = [VerbFilter, "at"]
    list_select_related = ["unit"]
    search_fields = ["actor_name", "object_label", "object_id", "reason"]
    ordering = ["-number"]
    fieldsets = [
        (None, {"fields": ["number", "at", "actor_name", "deed", "unit", "reason", "address"]}),
        (
            "Bản ghi gốc của hệ thống",
            {"fields": ["verb", "object_type", "object_id", "before", "after", "digest"], "classes": ["collapse"]},
        ),
    ]

    @admin.display(description="nội dung", ordering="verb")
    def deed(self, obj: LogEntry) -> str:
        """The verb in words and what it was done to."""
        return f"{verb_words().get(obj.verb, obj.verb)} · {obj.thing}"

    def get_queryset(self, request: HttpRequest) -> QuerySet[LogEntry]:
        return super().get_queryset(request).select_related("unit", "actor")


@admin.register(Mail)
class MailAdmin(ReadOnlyAdmin):
    """The outbox: what was sent, what waits, what a server refused."""

    list_display = ["created_at", "recipient", "address", "subject", "sent_at", "attempts", "fault"]
    list_filter = [("sent_at", admin.EmptyFieldListFilter), "created_at"]
    list_select_related = ["recipient"]
    search_fields = ["address", "subject", "event"]
    ordering = ["-created_at", "-id"]


@admin.register(RoleProposal)
class RoleProposalAdmin(ReadOnlyAdmin):
    """Roles that decide: who proposed whom, who confirmed. Handled in Điều hành › Người dùng."""

    list_display = ["user", "role", "unit", "state", "proposed_by", "proposed_at", "decided_by", "decided_at"]
    list_filter = ["state", "role"]
    list_select_related = ["user", "unit", "proposed_by", "decided_by"]
    search_fields = ["user__full_name", "reason"]
    ordering = ["-proposed_at", "-id"]


@admin.register(SetupCode)
class SetupCodeAdmin(ReadOnlyAdmin):
    """For whom codes were printed, by whom, and whether they were used."""

    list_display = ["user", "made_at", "made_by", "ends_at", "used_at"]
    list_select_related = ["user", "made_by"]
    search_fields = ["user__full_name", "user__username"]
    exclude = ["digest"]


@admin.register(WrongGuess)
class WrongGuessAdmin(ReadOnlyAdmin):
    """Whose password is being guessed, and from where."""

    list_display = ["at", "name", "address", "device"]
    list_filter = ["at"]
    search_fields = ["name", "address"]
    ordering = ["-at", "-id"]
