from __future__ import annotations

import pytest


@pytest.mark.django_db
def test_health_answers_without_log_in(client):
    response = client.get("/healthz/")

    assert response.status_code == 200
    assert response.content == b"ok"


@pytest.mark.django_db
def test_health_is_not_sent_on_to_https(client, settings):
    settings.SECURE_SSL_REDIRECT = True

    assert client.get("/healthz/").status_code == 200
