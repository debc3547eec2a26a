"""Background work, without knowing what the work is: the job queue's retries, the schedule, the workers' heartbeats."""
