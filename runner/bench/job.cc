#include "runner/bench/job.h"

#include <optional>

#include "data/base/error.h"
#include "data/records/generation.h"
#include "engine/sample/sampler.h"
#include "runner/terminal/interrupt.h"
#include "runner/terminal/progress.h"

namespace candor::runner {

namespace json = boost::json;

namespace {

constexpr std::size_t kMostRequests = 1'000'000;

std::int64_t in_range(const std::string& where, const char* key, std::int64_t value,
                      std::int64_t low, std::int64_t high) {
  if (value < low || value > high) {
    fail("{}: field \"{}\": {} is not in [{}, {}]", where, key, value, low, high);
  }
  return value;
}

void read_prompt(const data::JsonFields& fields, const std::string& where,
                 const PromptReader& reader, engine::Request& request) {
  int given = 0;
  for (const char* key : {"prompt", "prompt_ids", "messages"}) {
    given += fields.find(key) != nullptr ? 1 : 0;
  }
  if (given != 1) {
    fail("{}: expected exactly one of the fields \"prompt\", \"prompt_ids\" and \"messages\"",
         where);
  }
  if (fields.find("messages") != nullptr) {
    PromptReader::Chat chat = reader.chat(fields, where);
    request.prompt = std::move(chat.tokens);
    request.reasoning_opened = chat.reasoning_opened;
  } else if (fields.find("prompt_ids") != nullptr) {
    static_cast<void>(fields.array("prompt_ids"));  // a text here is a mistake
    request.prompt = reader.tokens(fields, where, "prompt_ids", true);
  } else {
    request.prompt = reader.tokens(fields, where, "prompt", true);
  }
}

json::object answer_json(const Job::Origin& origin, const engine::Completion& completion) {
  json::array tokens;
  for (const engine::TokenId id : completion.tokens) tokens.push_back(id);
  json::object answer{{"line", origin.line},
                      {"repeat", origin.repeat},
                      {"finish", data::name(completion.finish)},
                      {"tokens", std::move(tokens)},
                      {"text", completion.text}};
  if (!completion.error.empty()) answer["error"] = completion.error;
  return answer;
}

}  // namespace

Job read_job(const std::filesystem::path& path, const PromptReader& reader, std::size_t limit) {
  constexpr std::int64_t kMost = 1'000'000;
  Job job;
  for_each_line(
      path, limit,
      [&](const data::JsonFields& fields, std::size_t number, const std::string& where) {
        fields.only({"prompt", "prompt_ids", "messages", "max_tokens", "temperature", "top_p",
                     "seed", "repeats", "ignore_stops"});
        engine::Request request;
        read_prompt(fields, where, reader, request);
        data::Sampling& sampling = request.sampling;
        sampling.max_tokens =
            static_cast<int>(in_range(where, "max_tokens", fields.integer("max_tokens"), 1, kMost));
        sampling.temperature = fields.number_or("temperature", 0);
        sampling.top_p = fields.number_or("top_p", 1);
        if (const std::string wrong = engine::check_sampling(sampling); !wrong.empty()) {
          fail("{}: {}", where, wrong);
        }
        request.seed = static_cast<std::uint64_t>(
            in_range(where, "seed", fields.integer_or("seed", 1), 0, std::int64_t{1} << 62));
        request.ignore_stops = fields.boolean_or("ignore_stops", false);
        const std::int64_t repeats =
            in_range(where, "repeats", fields.integer_or("repeats", 1), 1, kMost);
        for (int repeat = 0; repeat < repeats; ++repeat) {
          if (job.requests.size() == kMostRequests) {
            fail("{}: more than {} answers are asked for: split the file", where, kMostRequests);
          }
          request.repeat = repeat;
          job.requests.push_back(request);
          job.origins.push_back({number, repeat});
        }
      });
  return job;
}

JobResult run_job(engine::Engine& engine, const Job& job, const std::filesystem::path& path,
                  bool quiet) {
  std::vector<std::optional<engine::Completion>> answers(job.requests.size());
  std::atomic<std::size_t> done = 0;
  JobResult result;
  {
    const auto start = std::chrono::steady_clock::now();
    const Progress progress(
        [&] {
          const double seconds = seconds_since(start);
          const auto all = static_cast<double>(answers.size());
          const auto so_far = static_cast<double>(done.load());
          return fmt::format(
              "{} {} of {} answers, {:.0f} tokens/s generated", bar(so_far / all, 24), done.load(),
              answers.size(),
              static_cast<double>(engine.counters().generated_tokens.load()) / seconds);
        },
        quiet);
    engine.run(
        job.requests,
        [&](std::size_t i, engine::Completion&& completion) {
          answers[i] = std::move(completion);
          ++done;
        },
        stop_requested());
    result.seconds = seconds_since(start);
  }
  if (done != answers.size()) {
    result.stopped = true;
    return result;
  }
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const engine::Completion& answer = *answers[i];
    result.prompt_tokens += job.requests[i].prompt.size();
    result.generated_tokens += answer.tokens.size();
    result.outputs += json::serialize(answer_json(job.origins[i], answer)) + "\n";
    if (answer.finish == data::FinishReason::kError) {
      result.failures.push_back(
          fmt::format("{}:{}: {}", path.string(), job.origins[i].line, answer.error));
    }
  }
  return result;
}

}  // namespace candor::runner
