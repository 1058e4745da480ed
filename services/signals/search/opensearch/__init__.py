"""The index in OpenSearch: fed by the outbox, asked through a closed set of questions."""
