"""What somebody does with the product, by mouse and keyboard."""

from __future__ import annotations

from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

PASSWORD = "a-long-password-of-theirs"


class Hand:
    """One person at one window."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.items = page.locator("#items")

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def log_in(self, person: User) -> None:
        self.page.goto("/")
        self.page.get_by_label("E-mail").fill(person.username)
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        self.press("Log in")
        expect(self.page.locator("#user-menu")).to_be_visible()

    def log_out(self) -> None:
        self.page.locator("#user-menu > summary").click()
        self.press("Log out")
        expect(self.page.locator("#user-menu")).to_have_count(0)

    def declare(self, title: str) -> None:
        self.page.get_by_role("link", name="Declare incident").first.click()
        self.page.get_by_label("What is happening?").fill(title)
        self.page.get_by_role("radio").first.check()
        self.press("Declare")
        expect(self.page.get_by_role("heading", level=1)).to_have_text(title)

    def write_entry(self, text: str) -> None:
        """By keyboard alone."""
        self.page.wait_for_load_state()
        self.page.keyboard.press("e")
        expect(self.page.get_by_label("What happened?")).to_be_focused()
        self.page.keyboard.type(text)
        self.page.keyboard.press("Enter")
        expect(self.page.locator(".line-entry").first).to_contain_text(text)

    def add_item(self, title: str) -> None:
        """On a telephone, unfold the work first."""
        if not self.items.is_visible():
            self.page.locator("#unfold + label").click()
        self.page.get_by_placeholder("What must change?").fill(title)
        self.press("Add")
        expect(
            self.page.locator("#items").get_by_role("link", name=title)
        ).to_be_visible()

    def complete_item(self, title: str) -> None:
        self.items.get_by_role("link", name=title).click()
        self.page.locator("summary", has_text="Complete").click()
        self.page.get_by_label("How do we know it worked?").fill("It fired in a drill")
        self.press("Complete")
        expect(self.page.locator(".item-marks")).to_contain_text("Done")

    def write_postmortem(self, text: str) -> None:
        """Open it from the incident, fill every section and list, and save."""
        steps = self.page.get_by_role("region", name="Next steps")
        steps.get_by_role("button", name="Write post-mortem").click()
        # What may stay empty is folded away.
        for field in self.page.locator("textarea[form=writing]:visible").all():
            field.fill(text)
        self.page.locator(".writing-bar").get_by_role("button", name="Save").click()
        expect(self.page.locator(".messagelist")).to_contain_text("The text is saved.")

    def ask_for_review(self, person: User) -> None:
        review = self.page.locator("#review")
        review.locator("summary", has_text="Ask for a review").click()
        review.get_by_label(person.get_full_name()).check()
        self.press("Ask by mail")
        expect(review).to_contain_text("Asked")

    def approve(self, path: str) -> None:
        self.page.goto(path)
        self.press("Approve")
        expect(self.page.locator("#review")).to_contain_text("Approves")

    def publish(self) -> None:
        self.press("Save and publish")
        expect(self.page.locator("#state")).to_contain_text("Version 1")

    def ask_for_pdf(self) -> None:
        self.press("Render PDF")
        expect(self.page.locator("#versions")).to_contain_text("Queued")

    def download_pdf(self) -> bytes:
        """Wait for the link to come up by itself, and follow it."""
        link = self.page.locator("#versions").get_by_role("link", name="Download")
        with self.page.expect_download() as download:
            link.click(timeout=10_000)
        return download.value.path().read_bytes()
