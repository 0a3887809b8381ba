// `candor generate`: one prompt, one answer.
#include <unistd.h>

#include "data/base/error.h"
#include "runner/commands/commands.h"
#include "runner/commands/json_lines.h"
#include "runner/commands/model_choice.h"
#include "runner/terminal/interrupt.h"

namespace candor::runner {

namespace json = boost::json;

namespace {

json::object generation_json(const data::Generation& generation) {
  return json::object{{"prompt", generation.prompt},
                      {"reasoning", generation.reasoning},
                      {"answer", generation.answer},
                      {"finish", data::name(generation.finish)},
                      {"prompt_tokens", generation.prompt_tokens.size()},
                      {"generated_tokens", generation.tokens.size()},
                      {"seconds", generation.seconds}};
}

data::Generation generate_raw(const GenerateOptions& options) {
  const auto engine =
      engine::Engine::load(resolve_model(options.model.model).path, engine_options(options.model));
  const engine::Tokenizer* tokenizer = engine->tokenizer();
  if (tokenizer == nullptr) fail("{}: has no tokenizer", engine->description().path);
  engine::Request request;
  request.prompt = tokenizer->encode(options.prompt, true);
  if (tokenizer->adds_bos() && tokenizer->bos()) {
    request.prompt.insert(request.prompt.begin(), *tokenizer->bos());
  }
  if (request.prompt.empty()) fail_usage("the prompt is empty");
  request.sampling = options.sampling;
  request.seed = options.seed;
  data::Generation generation;
  generation.prompt = options.prompt;
  generation.prompt_tokens = request.prompt;
  engine->run(
      {&request, 1},
      [&](std::size_t, engine::Completion&& completion) {
        generation.answer = std::move(completion.text);
        generation.tokens = std::move(completion.tokens);
        generation.finish = completion.finish;
        generation.error = std::move(completion.error);
        generation.seconds = completion.seconds;
      },
      stop_requested());
  return generation;
}

data::Generation generate_chat(const GenerateOptions& options) {
  const auto provider = load_provider(options.model, ::isatty(STDERR_FILENO) == 0);
  data::Question question;
  question.id = "prompt";
  question.messages = {{"user", options.prompt}};
  data::Condition condition;
  condition.system = options.system;
  condition.sampling = options.sampling;
  const Ask ask{&question, &condition, 0};
  data::Generation generation;
  provider->generate(
      {&ask, 1}, options.seed, [&](data::Generation&& done) { generation = std::move(done); },
      stop_requested());
  return generation;
}

}  // namespace

int generate_command(const GenerateOptions& options) {
  const data::Generation generation = options.raw ? generate_raw(options) : generate_chat(options);
  if (interrupt_exit_status() != 0) return interrupt_exit_status();
  if (generation.finish == data::FinishReason::kError) fail("{}", generation.error);
  if (options.json) {
    print_json_line(generation_json(generation));
    return 0;
  }
  if (!generation.reasoning.empty()) {
    fmt::print("[reasoning]\n{}\n[answer]\n", generation.reasoning);
  }
  fmt::print("{}\n", generation.answer);
  return 0;
}

}  // namespace candor::runner
