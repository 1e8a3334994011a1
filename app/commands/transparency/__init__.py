"""`flask log …`: the transparency log's keys, and a new log after records were lost."""
