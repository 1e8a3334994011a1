"""What every route answers with: responses, problems, pages of a list."""
