"""What is done on the list of action items before it is photographed."""

from __future__ import annotations

from playwright.sync_api import Page


def change_row(page: Page) -> None:
    page.locator(".row-change").nth(1).click()
    page.locator(".row-form [name=status]").select_option("done")


def move_rows(page: Page) -> None:
    for number in range(3):
        page.locator(".action-select").nth(number).check()
    with page.expect_navigation():
        page.locator("button[value=move_by_selected]").click()
