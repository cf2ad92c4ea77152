"""The screens of following items through: their pages, reviews, one's own work."""

from __future__ import annotations

import re

from playwright.sync_api import Page

from tests.screens.screen import Screen


def open_step(page: Page) -> None:
    page.locator(".item-steps summary").first.click()


def pick_new_date(page: Page) -> None:
    page.get_by_text("New date", exact=True).click()


def make_feed(page: Page) -> None:
    # The shot before this one may have made one already.
    with page.expect_navigation():
        page.get_by_role("button", name=re.compile("Make an? .*address")).click()


ITEM = "admin:incidents_actionitem_"
REVIEW = "admin:incidents_review"
REVIEWS = (
    Screen("item-chased", ITEM + "change", (lambda w: w.chased.pk,)),
    Screen("item-moved", ITEM + "change", (lambda w: w.moved.pk,), act=open_step),
    Screen("item-for-team", ITEM + "for_team"),
    Screen(
        "review-begin",
        REVIEW,
        query="?team=2",
        who="Ada",
    ),
    Screen("review", REVIEW, act=pick_new_date),
    Screen("review-list", REVIEW, query="?view=list"),
    Screen("review-past", REVIEW + "_past", (lambda w: w.past_review.pk,)),
    Screen("my-work", "admin:my_work", who="Rosa"),
    Screen("me-feed", "admin:auth_user_me", who="Mona", act=make_feed),
)
