"""Organizations: the list, one, and the forms to create, change and close one."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.access.organizations import KINDS, NewOrganization, NotAnOrganization
from app.api.http.service import origin, principal
from app.api.organizations.organizations import find, name_of, register
from app.console.forms import PageForm
from app.console.guard import needs, pages
from app.console.organizations.forms import (
    NEEDED,
    UNSAID,
    change_form,
    closing_form,
    new_form,
)
from app.records.organizations.organizations import (
    Organization,
    OrganizationChanged,
    OrganizationTaken,
)

TAKEN = "Another organization has this id. Upper and lower case are the same."
CHANGED = (
    "Somebody else changed this organization while you typed. Compare what you typed with what it "
    "says now, and save again."
)
Shown = str | tuple[str, int] | AnyResponse


@pages.get("/organizations")
@needs("organizations.read")
def organizations() -> str:
    """Every organization, open ones first."""
    found = register().organizations.page()
    return render_template(
        "organizations/list.html",
        organizations=sorted(found, key=lambda each: (each.is_closed, each.name.casefold())),
        kinds=KINDS,
        may_write=principal().may("organizations.write"),
    )


@pages.get("/organizations/<organization>")
@needs("organizations.read")
def organization(organization: str) -> str:
    """One organization."""
    return render_template(
        "organizations/one.html",
        organization=find(organization),
        kinds=KINDS,
        may_write=principal().may("organizations.write"),
    )


@pages.get("/new-organization")
@needs("organizations.write")
def new_organization() -> str:
    """The form for an organization that is not there yet."""
    return _form_page(new_form(), None)


@pages.post("/new-organization")
@needs("organizations.write")
def create_organization() -> Shown:
    """Create an organization, or show the form again with what is wrong."""
    form = new_form()
    asked = form.load(**UNSAID)
    if asked is not None:
        try:
            created = register().create(NewOrganization(**asked), origin())
        except OrganizationTaken:
            form["id"].errors.append(TAKEN)
        else:
            flash(f"We created {created.name}. Accounts and keys can now name {created.id}.")
            return _to(created)
    return _form_page(form, None), 422


@pages.get("/organizations/<organization>/change")
@needs("organizations.write")
def edit_organization(organization: str) -> str:
    """The form to change an organization."""
    found = find(organization)
    return _form_page(change_form(found), found)


@pages.post("/organizations/<organization>/change")
@needs("organizations.write")
def change_organization(organization: str) -> Shown:
    """Change an organization, or show the form again with what is wrong."""
    found = find(organization)
    form = change_form(found)
    asked = form.load(**NEEDED, **UNSAID)
    if asked is None:
        return _form_page(form, found), 422
    try:
        _require_seen(found)
        register().change(found, asked, origin())
    except OrganizationChanged:
        found = _changed(form, organization)
        return _form_page(form, found), 409
    flash("We saved your changes.")
    return _to(found)


@pages.get("/organizations/<organization>/close")
@needs("organizations.write")
def confirm_closing(organization: str) -> str:
    """What closing means, and the day of it."""
    found = find(organization)
    return _closing_page(found, closing_form(found))


@pages.post("/organizations/<organization>/close")
@needs("organizations.write")
def close_organization(organization: str) -> Shown:
    """Close an organization, or show the form again with what is wrong."""
    found = find(organization)
    form = closing_form(found)
    asked = form.load()
    if asked is None:
        return _closing_page(found, form), 422
    try:
        _require_seen(found)
        register().close(found, asked.get("closed"), origin())
    except NotAnOrganization as refused:
        form["closed"].errors.append(str(refused))
        return _closing_page(found, form), 422
    except OrganizationChanged:
        found = _changed(form, organization)
        return _closing_page(found, form), 409
    flash("We closed it. New accounts and keys can no longer name it.")
    return _to(found)


@pages.post("/organizations/<organization>/reopen")
@needs("organizations.write")
def reopen_organization(organization: str) -> AnyResponse:
    """Open a closed organization again."""
    found = find(organization)
    try:
        _require_seen(found)
        register().reopen(found, origin())
    except OrganizationChanged:
        flash("Somebody else changed it first. We changed nothing.")
    else:
        flash("We opened it again.")
    return _to(found)


@pages.app_template_filter()
def organization_name(id: str) -> str:
    """What people call an organization: its name; its id where the service knows no name."""
    return name_of(id)


def _require_seen(organization: Organization) -> None:
    """Require that the form was made from the organization as it is now.

    Raises:
        OrganizationChanged: it was not.
    """
    if request.form.get("version") != str(organization.version):
        raise OrganizationChanged(organization.id)


def _changed(form: PageForm, id: str) -> Organization:
    """The organization as somebody else changed it meanwhile; the form says so."""
    found = find(id)
    form.notice, form.version = CHANGED, str(found.version)
    return found


def _to(organization: Organization) -> AnyResponse:
    return redirect(url_for("pages.organization", organization=organization.id), 303)


def _form_page(form: PageForm, organization: Organization | None) -> str:
    return render_template(
        "organizations/form.html", form=form, organization=organization, kinds=KINDS
    )


def _closing_page(organization: Organization, form: PageForm) -> str:
    return render_template("organizations/close.html", organization=organization, form=form)
