"""Read the configuration from the environment or from files of secrets, never from the command line."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs
from pydantic import Field, HttpUrl, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "ROLECALL_WORKSHOP_"


class Settings(BaseSettings):
    """Each field is read from the environment, ``ROLECALL_WORKSHOP_DATABASE`` and so on, or from a file.

    With ``ROLECALL_WORKSHOP_SECRETS_DIR`` set, a file of that folder with the variable's name, as
    Kubernetes and Docker mount secrets, is read where the variable is not set.

    Parameters
    ----------
    data
        The folder of the default database and of the signing key.
    database
        A SQLAlchemy URL, such as ``postgresql+psycopg://rolecall:…@db/rolecall``; by default SQLite.
    join_hours
        For how many hours a join code is valid.
    platforms
        A JSON file of learning platforms that launch this service by LTI 1.3; see docs/workshop.md.
    grade_retry_seconds
        After how many seconds a grade that its platform didn't accept is sent again.
    open_assessments
        Whether someone who joined with only a display name can take graded assessments.
    retention_days
        After how many days without a visit a learner's data are deleted, at the next start of the service;
        by default never.
    public_address
        The address at which browsers reach the service, such as ``https://rolecall.example.edu``. Redirects
        from a learning platform lead there.
    trusted_proxies
        The addresses of proxies whose ``X-Forwarded-For`` is believed, separated by commas.
    secure_cookies
        Whether browsers send cookies over HTTPS only. Set it if a proxy serves the dashboard over HTTPS.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, secrets_dir=os.environ.get(f"{PREFIX}SECRETS_DIR") or None, extra="ignore"
    )

    data: Path = Field(
        default_factory=lambda: Path(platformdirs.user_data_dir("rolecall", appauthor=False), "workshop")
    )
    database: SecretStr | None = None
    join_hours: float = Field(default=12, gt=0)
    platforms: Path | None = None
    grade_retry_seconds: float = Field(default=60, gt=0)
    open_assessments: bool = False
    retention_days: float | None = Field(default=None, gt=0)
    public_address: HttpUrl | None = None
    trusted_proxies: str = ""
    secure_cookies: bool = False
    graders: int = Field(default=2, ge=1)

    @property
    def database_url(self) -> str:
        """The database's SQLAlchemy URL."""
        if self.database is not None:
            return self.database.get_secret_value()
        return f"sqlite:///{self.data / 'workshop.sqlite3'}"
