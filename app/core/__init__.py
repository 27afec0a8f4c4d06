"""What every room stands on: database, settings, errors, actor, paging, periods of time, files, logs, clock. No domain word."""
