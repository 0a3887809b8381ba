R"sql(
-- The schema of a Candor store, version 1; schema_2.sql adds what version 2 has. The two are compiled
-- into the program (their first and last line make them C++ raw strings); README.md describes them.
-- Rows are only ever added; a run's status and finishing time are the only fields that change.

CREATE TABLE runs (
  number INTEGER PRIMARY KEY AUTOINCREMENT,   -- order of creation; clocks may jump, this does not
  id TEXT NOT NULL UNIQUE,
  plan_hash TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('running', 'interrupted', 'finished')),
  created_utc TEXT NOT NULL,
  finished_utc TEXT NOT NULL,
  manifest TEXT NOT NULL                      -- JSON
) STRICT;

CREATE INDEX runs_by_plan ON runs (plan_hash);

CREATE TABLE questions (
  number INTEGER PRIMARY KEY,
  hash TEXT NOT NULL UNIQUE,                  -- SHA-256 of the content; checked when read
  id TEXT NOT NULL,
  suite TEXT NOT NULL,
  language TEXT NOT NULL,
  level INTEGER NOT NULL,
  topic TEXT NOT NULL,
  role TEXT NOT NULL,
  pair TEXT NOT NULL,
  twin TEXT NOT NULL,
  messages TEXT NOT NULL,                     -- JSON
  judge TEXT NOT NULL,
  reference TEXT NOT NULL                     -- JSON
) STRICT;

CREATE TABLE conditions (
  number INTEGER PRIMARY KEY,
  hash TEXT NOT NULL UNIQUE,                  -- SHA-256 of the content; checked when read
  content TEXT NOT NULL                       -- JSON
) STRICT;

CREATE TABLE generations (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  run INTEGER NOT NULL REFERENCES runs (number),
  question INTEGER NOT NULL REFERENCES questions (number),
  condition INTEGER NOT NULL REFERENCES conditions (number),
  repeat INTEGER NOT NULL,
  prompt TEXT NOT NULL,
  reasoning TEXT NOT NULL,
  answer TEXT NOT NULL,
  reasoning_closed INTEGER NOT NULL CHECK (reasoning_closed IN (0, 1)),
  finish TEXT NOT NULL CHECK (finish IN ('stop', 'length', 'block', 'error')),
  delivery TEXT NOT NULL,
  error TEXT NOT NULL,
  prompt_tokens BLOB NOT NULL,                -- int32, little-endian
  tokens BLOB NOT NULL,                       -- int32, little-endian
  log_probabilities BLOB NOT NULL,            -- float32, little-endian
  seconds REAL NOT NULL,
  digest TEXT NOT NULL,                       -- SHA-256 over the row; checked when read
  UNIQUE (run, question, condition, repeat)
) STRICT;

CREATE TABLE verdicts (
  id INTEGER PRIMARY KEY AUTOINCREMENT,       -- a larger id is a newer finding
  generation INTEGER NOT NULL REFERENCES generations (id),
  judge TEXT NOT NULL,
  version TEXT NOT NULL,
  outcome TEXT NOT NULL CHECK (outcome IN ('right', 'wrong', 'answered', 'unparsed', 'refused',
                                           'blocked', 'truncated', 'error')),
  truncated INTEGER NOT NULL CHECK (truncated IN (0, 1)),
  value REAL,
  extracted TEXT NOT NULL,
  reason TEXT NOT NULL,
  delivery TEXT NOT NULL,
  content TEXT NOT NULL,
  parts TEXT NOT NULL,                        -- JSON
  spans TEXT NOT NULL,                        -- JSON
  digest TEXT NOT NULL                        -- SHA-256 over the row; checked when read
) STRICT;

CREATE INDEX verdicts_by_generation ON verdicts (generation, judge);

-- The newest verdict of each judge on each generation. Older ones stay in the table.
CREATE VIEW newest_verdicts AS
  SELECT * FROM verdicts
  WHERE id IN (SELECT max(id) FROM verdicts GROUP BY generation, judge);

-- What became of each sample: the newest verdict of the question's own judge decides; a sample that
-- no judge has seen yet is 'unjudged'.
CREATE VIEW sample_outcomes AS
  SELECT runs.id AS run, questions.suite, questions.language, questions.level, questions.role,
         generations.id AS generation, coalesce(newest_verdicts.outcome, 'unjudged') AS outcome
  FROM generations
  JOIN runs ON runs.number = generations.run
  JOIN questions ON questions.number = generations.question
  LEFT JOIN newest_verdicts ON newest_verdicts.generation = generations.id
                           AND newest_verdicts.judge = questions.judge;

-- The outcomes of a run, counted; the last nine columns sum to `asked` in every row.
CREATE VIEW outcome_counts AS
  SELECT run, suite, language, level, role, count(*) AS asked,
         sum(outcome = 'right') AS right, sum(outcome = 'wrong') AS wrong,
         sum(outcome = 'answered') AS answered, sum(outcome = 'unparsed') AS unparsed,
         sum(outcome = 'refused') AS refused, sum(outcome = 'blocked') AS blocked,
         sum(outcome = 'truncated') AS truncated, sum(outcome = 'error') AS error,
         sum(outcome = 'unjudged') AS unjudged
  FROM sample_outcomes
  GROUP BY run, suite, language, level, role;
)sql"
