#include "runner/providers/embedded.h"

#include <unistd.h>

#include <algorithm>
#include <exception>
#include <fstream>
#include <map>
#include <thread>
#include <tuple>

#include "data/base/error.h"
#include "data/records/option_scores.h"
#include "engine/chat/prompt.h"
#include "runner/providers/answer_language.h"

namespace candor::runner {

namespace {

std::string token_text(const engine::Tokenizer& tokenizer, std::optional<engine::TokenId> id) {
  return id ? std::string(tokenizer.bytes(*id)) : std::string();
}

// The names by which published templates know the switch; each reads its own and ignores the rest.
void switch_thinking(boost::json::object& variables, const std::string& thinking) {
  const bool on = thinking == "forced";
  variables["enable_thinking"] = on;          // Qwen3, SmolLM3, GLM-4.5, ERNIE
  variables["thinking"] = on;                 // DeepSeek-V3.1, Granite
  if (!on) variables["thinking_budget"] = 0;  // Seed-OSS
}

// What sets two conditions apart, as the options that made them.
std::string difference(const data::Condition& one, const data::Condition& other) {
  if (one.thinking != other.thinking) {
    return fmt::format("--thinking {} and {}", one.thinking, other.thinking);
  }
  if (one.prefills != other.prefills) return "--thinking forced and prefilled";
  if (one.system != other.system) {
    return fmt::format("--system \"{}\" and \"{}\"", one.system.value_or("default"),
                       other.system.value_or("default"));
  }
  const auto language = [](const data::Condition& condition) {
    return condition.answer_language.empty() ? "same" : condition.answer_language;
  };
  return fmt::format("--answer-language {} and {}", language(one), language(other));
}

// The answers would be the same bytes: the time is spent twice, and a comparison of the two finds
// a difference of exactly nothing, which says nothing of the model.
void refuse_the_same(const data::Condition& one, const data::Condition& other,
                     const std::map<const data::Condition*, std::string>& prompts) {
  if (!(one.sampling == other.sampling) || prompts.at(&one) != prompts.at(&other)) return;
  fail_usage(
      "{} make the same prompts with this model, whose chat template knows no difference between "
      "them: leave one out",
      difference(one, other));
}

data::Generation blank(const Ask& ask) {
  data::Generation generation;
  generation.sample = {ask.question->hash(), ask.condition->hash(), ask.repeat};
  return generation;
}

}  // namespace

std::string processor_name() {
  std::ifstream cpuinfo("/proc/cpuinfo");
  for (std::string line; std::getline(cpuinfo, line);) {
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  }
  return "unknown processor";
}

EmbeddedProvider::EmbeddedProvider(const ResolvedModel& model, const EmbeddedOptions& options)
    : model_(model), options_(options) {
  // The file is hashed while it is loaded: both read it once, from the same cached pages.
  std::exception_ptr hash_error;
  std::thread hashing([&] {
    try {
      sha256_ = model_sha256(model_.path);
    } catch (...) {
      hash_error = std::current_exception();
    }
  });
  std::exception_ptr load_error;
  try {
    engine_ = engine::Engine::load(model_.path, options_.engine);
  } catch (...) {
    load_error = std::current_exception();
  }
  hashing.join();
  if (load_error) std::rethrow_exception(load_error);
  if (hash_error) std::rethrow_exception(hash_error);
  if (engine_->tokenizer() == nullptr) fail("{}: has no tokenizer", model_.path.string());
}

void EmbeddedProvider::need_template() const {
  if (engine_->chat_template() != nullptr) return;
  fail(
      "{}: has no chat template (a base model?): give one with --template FILE, or ask without one "
      "(--protocol lm-eval)",
      model_.path.string());
}

void EmbeddedProvider::check(std::span<const Ask> asks) const {
  const auto templated = [](const Ask& ask) { return !ask.condition->raw; };
  if (std::any_of(asks.begin(), asks.end(), templated)) need_template();
  // A question of each language under each condition is tried. One that fails may be at fault
  // itself, so a few more are; where all of these fail, so would the rest.
  constexpr int kTried = 4;
  struct Trial {
    int failed = 0;
    bool rendered = false;
    std::exception_ptr first;
  };
  std::map<std::tuple<const data::Condition*, std::string, bool>, Trial> trials;
  std::vector<const data::Condition*> order;
  std::map<const data::Condition*, std::string> prompts;  // all that were made under it
  for (const Ask& ask : asks) {
    const data::Question& question = *ask.question;
    if (ask.repeat > 0) continue;
    Trial& trial = trials[{ask.condition, question.language, question.judge == "knowledge"}];
    if (trial.rendered || trial.failed == kTried) continue;
    try {
      const RenderedPrompt prompt = render(question, *ask.condition, ask.history);
      trial.rendered = true;
      const auto [made, fresh] = prompts.try_emplace(ask.condition);
      if (fresh) order.push_back(ask.condition);
      made->second += fmt::format("{} {} {}\n", question.hash(), prompt.reasoning_opened,
                                  fmt::join(prompt.tokens, ","));
    } catch (const Error&) {
      if (++trial.failed == 1) trial.first = std::current_exception();
    }
  }
  for (const auto& [key, trial] : trials) {
    if (!trial.rendered) std::rethrow_exception(trial.first);
  }
  for (std::size_t i = 0; i < order.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) refuse_the_same(*order[j], *order[i], prompts);
  }
}

void EmbeddedProvider::describe(data::Manifest& manifest) const {
  manifest.model_name = model_.name;
  manifest.model_path = model_.path.string();
  manifest.model_sha256 = sha256_;
  if (const engine::ChatTemplate* chat = engine_->chat_template()) {
    manifest.template_sha256 = chat->sha256();
    manifest.template_text = chat->source();
  }
  manifest.reasoning = engine_->description().reasoning.name;
  manifest.notices = notices_of_a_turn();
  manifest.tokenizer_sha256 = engine_->tokenizer()->sha256();
  const engine::ModelDescription& loaded = engine_->description();
  // A part of the plan: a GPU's bits are those of its kind alone, so a run that was begun elsewhere
  // does not go on there.
  const bool processor = loaded.device == "cpu";
  manifest.precision =
      processor ? loaded.precision : fmt::format("{} {}", loaded.precision, loaded.instructions);
  manifest.engine_version = CANDOR_VERSION;
  manifest.device = processor ? processor_name() : loaded.device;
  manifest.isa = loaded.instructions;
  manifest.batch = loaded.batch;
  manifest.threads = options_.engine.threads > 0
                         ? options_.engine.threads
                         : static_cast<int>(std::thread::hardware_concurrency());
}

RenderedPrompt EmbeddedProvider::render(const data::Question& question,
                                        const data::Condition& condition,
                                        const std::vector<data::Message>& history) const {
  std::vector<data::Message> messages;
  if (condition.system) messages.push_back({"system", *condition.system});
  messages.insert(messages.end(), condition.shots.begin(), condition.shots.end());
  messages.insert(messages.end(), history.begin(), history.end());
  messages.insert(messages.end(), question.messages.begin(), question.messages.end());
  add_answer_language(question.language, condition, messages);

  const engine::Tokenizer& tokenizer = *engine_->tokenizer();
  const engine::ReasoningMarkers& markers = engine_->description().reasoning;
  engine::ChatInput input = engine::chat_input(messages);
  input.bos_token = token_text(tokenizer, tokenizer.bos());
  input.eos_token = token_text(tokenizer, tokenizer.eos());
  if (condition.thinking != "default") switch_thinking(input.variables, condition.thinking);
  std::vector<engine::Segment> segments;
  if (condition.raw) {
    // No word of the template's, and none that a special token could hide in.
    for (const data::Message& message : messages) segments.push_back({message.content, false});
  } else {
    need_template();
    segments = engine_->chat_template()->render_segments(input);
  }

  RenderedPrompt prompt;
  for (const engine::Segment& segment : segments) prompt.text += segment.text;
  prompt.reasoning_opened = !condition.raw && engine::prompt_opens_reasoning(segments, markers);
  const auto append = [&](const std::string& text) {
    segments.push_back({text, true});
    prompt.text += text;
  };
  if (condition.thinking == "forced" && !prompt.reasoning_opened) {
    if (markers.start.empty()) {
      fail(
          "thinking cannot be forced: no reasoning format is known of this model (choose one with "
          "--reasoning)");
    }
    append(markers.start);
    prompt.reasoning_opened = true;
  }
  const auto leave_thought_empty = [&] {
    const std::string lines = prompt.text.ends_with('\n') ? "\n" : "\n\n";
    append(markers.channels ? markers.close + "<|start|>assistant" + markers.answer_start
                            : lines + markers.close + "\n\n");
    prompt.reasoning_opened = false;
  };
  const std::string& prefill = condition.prefill_in(question.language);
  if (!prefill.empty()) {
    // It begins the answer, not the thought that a template may have opened; unless the thought is
    // what is begun, or the text sets the markers itself.
    const std::string head(engine::head_of_answer(prefill, markers));
    const bool marked = prefill.find(markers.open) != std::string::npos ||
                        prefill.find(markers.close) != std::string::npos ||
                        (markers.channels && head.empty());
    if (!prompt.reasoning_opened) {
      if (!condition.raw) append(head);
    } else if (condition.thinking != "forced" && !marked) {
      leave_thought_empty();
    }
    append(prefill);
    prompt.reasoning_opened =
        engine::reasoning_open_after(prefill, markers, prompt.reasoning_opened);
  }

  // Texts of the judge "knowledge" are scored as what the answer begins with: behind the reasoning,
  // which is left empty.
  if (question.judge == "knowledge" && !condition.raw) {
    if (prompt.reasoning_opened) {
      leave_thought_empty();
    } else if (prefill.empty()) {
      append(markers.answer_start);
    }
  }

  engine::Prompt made = engine::prompt_of(segments, tokenizer);
  if (made.tokens.empty()) fail("question {}: the prompt is empty", question.id);
  prompt.tokens = std::move(made.tokens);
  prompt.notices = std::move(made.notices);
  prompt.segments = std::move(segments);
  return prompt;
}

std::vector<std::vector<engine::TokenId>> EmbeddedProvider::continuation_tokens(
    const RenderedPrompt& prompt, const std::vector<std::string>& continuations) const {
  const engine::Tokenizer& tokenizer = *engine_->tokenizer();
  std::vector<std::vector<engine::TokenId>> joined, alone;
  bool prefix = true;
  std::vector<engine::Segment> segments = prompt.segments;
  segments.push_back({});
  for (const std::string& text : continuations) {
    segments.back() = {text, false};
    const std::vector<engine::TokenId> whole = engine::prompt_of(segments, tokenizer).tokens;
    prefix = prefix && whole.size() > prompt.tokens.size() &&
             std::equal(prompt.tokens.begin(), prompt.tokens.end(), whole.begin());
    if (prefix) {
      const auto begin = whole.begin() + static_cast<std::ptrdiff_t>(prompt.tokens.size());
      joined.emplace_back(begin, whole.end());
    }
    alone.push_back(tokenizer.encode(text, false));
    if (alone.back().empty()) fail("the continuation \"{}\" has no tokens", text);
  }
  return prefix ? joined : alone;
}

// Of a turn that any template should take; one that does not is reported with its samples.
std::vector<std::string> EmbeddedProvider::notices_of_a_turn() const {
  data::Question question;
  question.id = "sample turn";
  question.messages = {{"user", "1 + 1"}};
  data::Condition condition;
  condition.raw = engine_->chat_template() == nullptr;
  try {
    return render(question, condition).notices;
  } catch (const Error& error) {
    return {error.what()};
  }
}

namespace {

// A sample that is under way. One whose options are scored takes a request for each option.
struct Sample {
  const Ask* ask = nullptr;
  RenderedPrompt prompt;
  std::vector<std::string> continuations;  // empty: an answer is generated
  std::vector<engine::Completion> scored;  // one a continuation
  std::size_t open = 0;                    // of them, not finished
};

data::Generation generated(Sample& sample, engine::Completion&& completion) {
  data::Generation generation = blank(*sample.ask);
  engine::ReasoningSplit& split = completion.split;
  if (split.marked && split.closed && split.reasoning.empty()) split.reasoning = "\n";
  generation.prompt = std::move(sample.prompt.text);
  generation.reasoning = std::move(split.reasoning);
  generation.answer = std::move(split.answer);
  generation.reasoning_closed = split.closed;
  generation.finish = completion.finish;
  generation.error = std::move(completion.error);
  generation.prompt_tokens = std::move(sample.prompt.tokens);
  generation.tokens = std::move(completion.tokens);
  generation.log_probabilities = std::move(completion.log_probabilities);
  generation.seconds = completion.seconds;
  return generation;
}

// The tokens of all options one after another, and their sums as the answer.
data::Generation scored(Sample& sample) {
  data::Generation generation = blank(*sample.ask);
  generation.prompt = std::move(sample.prompt.text);
  generation.prompt_tokens = std::move(sample.prompt.tokens);
  std::vector<data::OptionScore> scores;
  for (std::size_t i = 0; i < sample.scored.size(); ++i) {
    const engine::Completion& one = sample.scored[i];
    if (one.finish == data::FinishReason::kError) {
      generation.finish = one.finish;
      generation.error = one.error;
    }
    double sum = 0;
    for (const float value : one.log_probabilities) sum += static_cast<double>(value);
    scores.push_back({sample.continuations[i], one.tokens.size(), sum});
    generation.tokens.insert(generation.tokens.end(), one.tokens.begin(), one.tokens.end());
    generation.log_probabilities.insert(generation.log_probabilities.end(),
                                        one.log_probabilities.begin(), one.log_probabilities.end());
    generation.seconds = std::max(generation.seconds, one.seconds);
  }
  if (generation.finish != data::FinishReason::kError) generation.answer = data::to_text(scores);
  return generation;
}

}  // namespace

void EmbeddedProvider::generate(std::span<const Ask> asks, std::uint64_t seed,
                                const std::function<void(data::Generation&&)>& done,
                                const std::atomic<bool>& stop) {
  std::vector<Sample> samples;
  std::vector<engine::Request> requests;
  std::vector<std::pair<std::size_t, std::size_t>> owners;  // sample, its continuation
  samples.reserve(asks.size());
  for (const Ask& ask : asks) {
    try {
      Sample sample;
      sample.ask = &ask;
      sample.prompt = render(*ask.question, *ask.condition, ask.history);
      sample.continuations = data::continuations(*ask.question);
      engine::Request request;
      request.prompt = sample.prompt.tokens;
      request.sampling = ask.condition->sampling;
      request.seed = seed;
      request.repeat = ask.repeat;
      request.expected_tokens = ask.expected_tokens;
      request.reasoning_opened = sample.prompt.reasoning_opened;
      if (sample.continuations.empty()) {
        owners.emplace_back(samples.size(), 0);
        requests.push_back(std::move(request));
      } else {
        const auto tokens = continuation_tokens(sample.prompt, sample.continuations);
        for (std::size_t i = 0; i < tokens.size(); ++i) {
          request.continuation = tokens[i];
          owners.emplace_back(samples.size(), i);
          requests.push_back(request);
        }
        sample.scored.resize(tokens.size());
        sample.open = tokens.size();
      }
      samples.push_back(std::move(sample));
    } catch (const Error& error) {
      data::Generation generation = blank(ask);
      generation.finish = data::FinishReason::kError;
      generation.error = error.what();
      done(std::move(generation));
    }
  }

  engine_->run(
      requests,
      [&](std::size_t i, engine::Completion&& completion) {
        Sample& sample = samples[owners[i].first];
        if (sample.continuations.empty()) {
          done(generated(sample, std::move(completion)));
          return;
        }
        sample.scored[owners[i].second] = std::move(completion);
        if (--sample.open == 0) done(scored(sample));
      },
      stop);
}

Flow EmbeddedProvider::flow() const {
  const engine::EngineCounters& counters = engine_->counters();
  return {counters.prompt_tokens.load(), counters.generated_tokens.load(),
          counters.in_flight.load()};
}

}  // namespace candor::runner
