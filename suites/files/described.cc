#include "suites/files/described.h"

#include "suites/files/item.h"
#include "suites/files/selection.h"
#include "suites/protocols/put.h"

namespace candor::suites {

namespace {

struct Row {
  const DataFile* file;
  Item item;
};

Layout layout_of(const Description& description, const std::filesystem::path& path) {
  const Format format =
      description.format.empty() ? format_of(path) : format_by_name(description.format);
  return {format, description.columns, description.rows};
}

void need_files(const Description& description) {
  if (!description.source) return;
  for (const DataFile& file : description.data) {
    std::error_code ignored;
    if (!std::filesystem::exists(description.folder / file.name, ignored)) {
      fail_usage("suite {} is not here ({}): get it with `candor suites pull {}`",
                 description.suite, (description.folder / file.name).string(), description.suite);
    }
    check_source_file(*description.source, description.suite, description.folder, file.name);
  }
}

std::vector<Row> rows_of(const Description& description, Problems& problems) {
  std::vector<Row> rows;
  std::size_t number = 0;
  for (const DataFile& file : description.data) {
    const std::filesystem::path path = description.folder / file.name;
    const std::vector<Record> records = read_records(path, layout_of(description, path), problems);
    if (records.empty() && problems.count() == 0) {
      problems.add(fmt::format("{}: no questions in it", path.string()));
    }
    for (std::size_t i = 0; i < records.size(); ++i) {
      ++number;
      try {
        std::optional<Item> item = item_of(description, file, records[i], i + 1);
        if (!item) continue;
        item->number = number;
        rows.push_back({&file, std::move(*item)});
      } catch (const Error& error) {
        problems.add(error.what());
      }
    }
  }
  return rows;
}

std::string bare_question(const Item& item) {
  return std::string(item.fields.at("item").at("question").as_string());
}

}  // namespace

Suite described_suite(const Description& description, const SuiteOptions& options) {
  need_files(description);
  Problems problems;
  const std::vector<Row> rows = rows_of(description, problems);
  std::vector<const Item*> items;
  for (const Row& row : rows) items.push_back(&row.item);
  std::optional<Wording> wording;
  if (options.protocol) {
    wording.emplace(*options.protocol, description, items, options.shots_file);
  }
  Collector collector(problems);
  std::string kind;  // of the first question: a suite has one condition
  Suite suite;
  for (const Row& row : rows) {
    try {
      data::Question question = question_of(description, *row.file, row.item);
      if (kind.empty()) kind = question.judge;
      if (wording) wording->put(row.item, question);
      if (description.has_item()) suite.bare[question.id] = bare_question(row.item);
      collector.add(std::move(question), row.item.where);
    } catch (const Error& error) {
      if (error.kind() == Error::Kind::kUsage) throw;
      problems.add(error.what());
    }
  }
  problems.throw_any();
  if (!options.shots_file.empty() && !(wording && wording->used_file())) {
    fail_usage("{}: {} asks suite {} without examples of a file: leave out --shots-file",
               options.shots_file.string(),
               options.protocol ? "protocol " + options.protocol->name() : "no protocol",
               description.suite);
  }
  suite.info.name = description.suite;
  suite.info.version = description.version;
  suite.info.title = description.title;
  suite.info.not_scored = description.not_scored;
  suite.condition = description.condition;
  if (options.protocol) options.protocol->apply(description.suite, kind, suite.condition);
  suite.questions = std::move(collector.questions);
  select_questions(suite, options, description.suite);
  return suite;
}

}  // namespace candor::suites
