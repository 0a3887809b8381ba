R"sql(
-- What version 2 of the schema adds: the turns of a conversation.

CREATE TABLE turns (
  question INTEGER PRIMARY KEY REFERENCES questions (number),
  follows TEXT NOT NULL                       -- id of the question that is asked before it
) STRICT;
)sql"
