#include "data/records/run.h"

#include "data/base/hash.h"
#include "data/records/json_fields.h"

namespace candor::data {

namespace json = boost::json;

namespace {

json::object plan_json(const Manifest& manifest) {
  json::array suites;
  for (const SuiteUse& suite : manifest.suites) {
    suites.push_back(json::object{{"name", suite.name},
                                  {"hash", suite.hash},
                                  {"version", suite.version},
                                  {"questions", suite.questions},
                                  {"not_run", suite.not_run}});
  }
  json::array conditions;
  for (const std::string& hash : manifest.condition_hashes) conditions.push_back(json::value(hash));
  json::object plan{{"model_name", manifest.model_name},
                    {"model_sha256", manifest.model_sha256},
                    {"template_sha256", manifest.template_sha256},
                    {"tokenizer_sha256", manifest.tokenizer_sha256},
                    {"precision", manifest.precision},
                    {"seed", manifest.seed},
                    {"repeats", manifest.repeats},
                    {"suites", std::move(suites)},
                    {"conditions", std::move(conditions)},
                    {"sample_set", manifest.sample_set}};
  // Absent where unknown: in runs of before this field.
  if (!manifest.reasoning.empty()) plan["reasoning"] = manifest.reasoning;
  if (!manifest.protocol.empty()) {
    plan["protocol"] = manifest.protocol;
    plan["protocol_sha256"] = manifest.protocol_sha256;
  }
  return plan;
}

}  // namespace

std::string Manifest::plan_hash() const {
  json::object plan = plan_json(*this);
  // What runs of before this field meant: an unfinished one is gone on with.
  if (reasoning == "think") plan.erase("reasoning");
  return sha256_hex(canonical(plan));
}

json::object to_json(const Manifest& manifest) {
  return json::object{{"plan", plan_json(manifest)},
                      {"provenance", json::object{{"engine_version", manifest.engine_version},
                                                  {"template_text", manifest.template_text},
                                                  {"protocol_version", manifest.protocol_version},
                                                  {"notices", json::value_from(manifest.notices)},
                                                  {"device", manifest.device},
                                                  {"isa", manifest.isa},
                                                  {"batch", manifest.batch},
                                                  {"threads", manifest.threads},
                                                  {"command", manifest.command},
                                                  {"model_path", manifest.model_path}}}};
}

Manifest manifest_from_json(const json::object& object, std::string_view where) {
  const JsonFields fields(object, where);
  const JsonFields plan(fields.object("plan"), where);
  const JsonFields provenance(fields.object("provenance"), where);
  Manifest manifest;
  manifest.model_name = plan.text("model_name");
  manifest.model_sha256 = plan.text("model_sha256");
  manifest.template_sha256 = plan.text("template_sha256");
  manifest.tokenizer_sha256 = plan.text("tokenizer_sha256");
  manifest.reasoning = plan.text_or("reasoning", "");
  manifest.precision = plan.text("precision");
  manifest.protocol = plan.text_or("protocol", "");
  manifest.protocol_sha256 = plan.text_or("protocol_sha256", "");
  manifest.seed = json::value_to<std::uint64_t>(*plan.find("seed"));
  manifest.repeats = static_cast<int>(plan.integer("repeats"));
  for (const json::value& value : plan.array("suites")) {
    const JsonFields suite(value.as_object(), where);
    manifest.suites.push_back({suite.text("name"), suite.text("hash"), suite.text("version"),
                               static_cast<std::size_t>(suite.integer("questions")),
                               suite.text_or("not_run", "")});
  }
  manifest.condition_hashes = plan.texts_or_empty("conditions");
  manifest.sample_set = plan.text("sample_set");
  manifest.engine_version = provenance.text("engine_version");
  manifest.template_text = provenance.text("template_text");
  manifest.protocol_version = provenance.text_or("protocol_version", "");
  manifest.notices = provenance.texts_or_empty("notices");
  manifest.device = provenance.text("device");
  manifest.isa = provenance.text("isa");
  manifest.batch = static_cast<int>(provenance.integer("batch"));
  manifest.threads = static_cast<int>(provenance.integer("threads"));
  manifest.command = provenance.text("command");
  manifest.model_path = provenance.text("model_path");
  return manifest;
}

}  // namespace candor::data
