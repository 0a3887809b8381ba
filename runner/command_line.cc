#include "runner/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <exception>
#include <functional>

#include "data/base/error.h"
#include "runner/commands/commands.h"
#include "suites/protocols/protocol.h"

namespace candor::runner {

namespace {

// What is printed of an error: one line's worth of text, with control characters made visible.
std::string printable(const std::string& text) {
  constexpr std::size_t kMost = 8192;
  std::string out;
  for (const char c : text.substr(0, kMost)) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n' || byte >= 0x20) {
      if (byte == 0x7f) {
        out += "\\x7f";
      } else {
        out += c;
      }
    } else {
      out += fmt::format("\\x{:02x}", byte);
    }
  }
  return out;
}

class CommandLine {
 public:
  CommandLine(int argc, char** argv) : argc_(argc), argv_(argv) {
    app_.require_subcommand(1);
    app_.set_version_flag("--version", CANDOR_VERSION);
    app_.get_formatter()->column_width(34);
    for (int i = 0; i < argc; ++i) command_ += (i > 0 ? " " : "") + std::string(argv[i]);
    add_run();
    add_audit();
    add_results();
    add_generate();
    add_models_and_suites();
    add_inspect();
    add_judge();
    add_replay();
    add_bench();
    add_doctor();
  }

  int run() {
    try {
      app_.parse(argc_, argv_);
      return action_();
    } catch (const CLI::ParseError& error) {
      const int status = app_.exit(error);
      return status == 0 ? 0 : 2;
    } catch (const Error& error) {
      std::fflush(stdout);
      fmt::print(stderr, "candor: {}\n", printable(error.what()));
      return error.kind() == Error::Kind::kUsage ? 2 : 3;
    } catch (const std::exception& error) {
      std::fflush(stdout);
      fmt::print(stderr, "candor: {}\n", printable(error.what()));
      return 3;
    }
  }

 private:
  // Commands within `audit` have options of their own, and one that stands before their name would
  // be read and not used: another model would be asked, another database written.
  static void refuse_before(const CLI::App* command) {
    const CLI::App* parent = command->get_parent();
    if (parent == nullptr || parent->get_name() != "audit") return;
    for (const CLI::Option* option : parent->get_options()) {
      if (option->count() == 0) continue;
      fail_usage("audit {}: {} stands before \"{}\": put it behind", command->get_name(),
                 option->get_name(), command->get_name());
    }
  }

  void on(CLI::App* command, std::function<int()> action) {
    // Callbacks of a command run after those of its subcommand, which has the say.
    command->callback([this, command, action = std::move(action)] {
      refuse_before(command);
      if (command->get_subcommands().empty()) action_ = action;
    });
  }

  void model_options(CLI::App* command, ModelChoice& choice,
                     const char* chat_template = "--template") {
    command->add_option("-m,--model", choice.model,
                        "registered name or path of a GGUF file or folder");
    command
        ->add_option("--precision", choice.precision,
                     "int8, exact (the groups of the file), float32; on GPUs bf16, float32; auto: "
                     "int8 or bf16")
        ->capture_default_str();
    command
        ->add_option(
            "--device", choice.device,
            "cpu, cuda or cuda:N; auto: $CANDOR_DEVICE, or a GPU that holds the model, else cpu")
        ->capture_default_str();
    command->add_option("--threads", choice.threads, "0: all processors")->capture_default_str();
    command->add_option("--batch", choice.batch, "sequences in flight at most; 0: 32, on GPUs 256")
        ->capture_default_str();
    command->add_option("--memory", choice.kv_mebibytes,
                        "MiB for keys and values; 0: a quarter of what is free, on GPUs all of it");
    command->add_flag("--pack-cache", choice.pack_cache,
                      "keep the packed weights in a file beside the model and load them from it");
    CLI::Option* given = command->add_option(chat_template, choice.template_file,
                                             "chat template instead of the checkpoint's own");
    command
        ->add_option("--template-name", choice.template_name,
                     "which of the checkpoint's chat templates, where it has several")
        ->excludes(given);
    command->add_option("--reasoning", choice.reasoning,
                        "how reasoning is marked: think, harmony, seed, …, none; default: as the "
                        "template and the vocabulary tell");
  }

  void store_option(CLI::App* command, StoreChoice& store) {
    // Not ->envname("CANDOR_STORE"): of a command within a command the variable would be read again
    // over the option that was given. default_store_path reads it.
    command->add_option(
        "--store", store.path,
        "database file; default: $CANDOR_STORE, or ~/.local/share/candor/candor.db");
  }

  void languages_option(CLI::App* command, suites::SuiteOptions& options) {
    command
        ->add_option("--languages", options.languages,
                     "en, zh, zh-Hant (of probes); default all that a suite has")
        ->delimiter(',');
  }

  void suite_options(CLI::App* command, suites::SuiteOptions& options) {
    command->add_option("--count", options.count, "questions a language of a generated suite")
        ->capture_default_str();
    command->add_option_function<std::string>(
        "--levels",
        [&options](const std::string& text) { options.levels = suites::read_levels(text); },
        "of a generated suite: 3, or 1-3; default all");
    languages_option(command, options);
    command
        ->add_option("--suite-seed", options.seed,
                     "seed of the generated suites and of what --limit draws")
        ->capture_default_str();
    command->add_option(
        "--limit", options.max_questions,
        "questions a language of a public suite or a suite file, drawn at random by "
        "--suite-seed (the same ones for the same seed; pairs stay together; a larger "
        "limit keeps those of a smaller one); 0: all");
  }

  void protocol_option(CLI::App* command, suites::SuiteOptions& options) {
    command->add_option_function<std::string>(
        "--protocol",
        [&options](const std::string& name) { options.protocol = suites::load_protocol(name); },
        "how questions are put: r1-paper, simple-evals, lm-eval, or a file; default: each suite's "
        "own way. Options given beside it win");
  }

  void shots_option(CLI::App* command, suites::SuiteOptions& options) {
    command->add_option(
        "--shots-file", options.shots_file,
        "worked examples for --protocol: rows with the fields of the set's own file");
  }

  void condition_options(CLI::App* command, PlanOptions& plan) {
    command
        ->add_option("--system", plan.systems,
                     "system message; default: none but the template's own; of the audit it may be "
                     "repeated, a condition each")
        ->allow_extra_args(false);
    command
        ->add_option("--thinking", plan.thinkings,
                     "default (as the template does), off, forced, or prefilled (the thought is "
                     "begun for it); several of the audit: default,off")
        ->delimiter(',')
        ->check(CLI::IsMember({"default", "off", "forced", "prefilled"}));
  }

  // What `run` and `audit` have in common.
  void asking_options(CLI::App* command, RunOptions& options) {
    model_options(command, options.model);
    store_option(command, options.store);
    protocol_option(command, options.plan.suite_options);
    PlanOptions& plan = options.plan;
    command->add_option("--max-tokens", max_tokens_,
                        "answer length: N for all suites, SUITE=N for one; may be repeated");
    command->add_option("--top-k", plan.top_k, "0: off");
    command->add_option("--min-p", plan.min_p, "[0, 1)");
    condition_options(command, plan);
    command
        ->add_option(
            "--answer-language", plan.answer_languages,
            "also ask for an answer in en, zh or zh-Hant; same: say nothing of it; several "
            "of the audit: same,en,zh")
        ->delimiter(',')
        ->check(CLI::IsMember({"same", "en", "zh", "zh-Hant"}));
    command->add_option("--prefill", plan.prefill, "text that every answer is made to begin with");
    command->add_option("--seed", plan.seed, "of the random stream")->capture_default_str();
    command->add_flag("--once", options.once,
                      "report a finished run of the same plan instead of asking again");
    command->add_flag("--json", options.json, "the summary as JSON");
    command->add_flag("--plan", options.plan_only,
                      "say what would be asked and how long it may take, and ask nothing");
    command->add_flag("-q,--quiet", options.quiet, "no progress");
  }

  // "160" or "seed-probes=96".
  void read_max_tokens(PlanOptions& plan) const {
    for (const std::string& text : max_tokens_) {
      const std::size_t equals = text.find('=');
      const std::string suite = equals == std::string::npos ? "" : text.substr(0, equals);
      const std::string number = equals == std::string::npos ? text : text.substr(equals + 1);
      if (number.empty() || number.size() > 9 ||
          !std::all_of(number.begin(), number.end(), [](char c) { return c >= '0' && c <= '9'; })) {
        fail_usage("--max-tokens {}: expected N or SUITE=N", text);
      }
      plan.max_tokens[suite] = std::stoi(number);
    }
  }

  int run_now(RunOptions& options) {
    options.command = command_;
    read_max_tokens(options.plan);
    return run_command(options);
  }

  void add_run() {
    CLI::App* run = app_.add_subcommand("run", "ask suites of a model, judge and report");
    run->add_option("suites", run_.plan.suites, "bundled suites (`candor suites`)");
    run->add_option("--suite-file", run_.plan.suite_files,
                    "a suite description (YAML), its folder, or a file of questions");
    suite_options(run, run_.plan.suite_options);
    shots_option(run, run_.plan.suite_options);
    asking_options(run, run_);
    run->add_option("--temperature", run_.plan.temperature, "0: greedy");
    run->add_option("--top-p", run_.plan.top_p, "nucleus of the distribution, (0, 1]");
    run->add_option("--repeats,--samples", run_.plan.repeats,
                    "samples of each question; several need a temperature above 0")
        ->capture_default_str();
    run->add_option("--report", run_.report, "write the HTML report here");
    on(run, [this] { return run_now(run_); });
  }

  // How to ask, of the commands that make their own questions.
  void asking_of_its_own(CLI::App* command, RunOptions& options) {
    store_option(command, options.store);
    PlanOptions& plan = options.plan;
    command->add_option_function<int>(
        "--max-tokens", [&plan](const int& tokens) { plan.max_tokens[""] = tokens; },
        "answer length; default 128, of a panel 512");
    command->add_option("--temperature", plan.temperature, "0: greedy (the default)");
    command->add_option("--top-p", plan.top_p, "nucleus of the distribution, (0, 1]");
    condition_options(command, plan);
    command->add_option("--seed", plan.seed, "of the random stream")->capture_default_str();
    command->add_flag("--json", options.json, "the result as JSON");
    command->add_flag("-q,--quiet", options.quiet, "no progress");
  }

  void add_audit_words(CLI::App* audit) {
    CLI::App* scan = audit->add_subcommand(
        "scan", "the words of a list in a few sentences: which of them are withheld");
    scan->add_option("--words", scan_.words,
                     "a word a line; optional columns, set apart by tabs: Chinese form, languages, "
                     "group (\"control\": neutral words), Traditional form")
        ->required();
    scan->add_option("--template", scan_.templates,
                     "\"Who is {}?\", \"{}是谁？\", \"zh-Hant:{}是誰？\"; may be repeated")
        ->required()
        ->allow_extra_args(false);
    model_options(scan, scan_.run.model, "--chat-template");
    asking_of_its_own(scan, scan_.run);
    scan->add_option("--repeats", scan_.run.plan.repeats, "samples of each question")
        ->capture_default_str();
    scan->add_option("--report", scan_.run.report, "write an HTML page of the words here");
    scan->add_option("--report-language", scan_.tongue, "of the page: en or zh")
        ->check(CLI::IsMember({"en", "zh"}));
    scan->add_flag("--once", scan_.run.once,
                   "report a finished run of the same plan instead of asking again");
    on(scan, [this] {
      scan_.run.command = command_;
      return audit_scan_command(scan_);
    });

    CLI::App* trigger = audit->add_subcommand(
        "trigger", "the shortest part of a prompt that is still withheld, by delta debugging");
    trigger->add_option("prompt", trigger_.prompt)->required();
    model_options(trigger, trigger_.run.model);
    asking_of_its_own(trigger, trigger_.run);
    trigger->add_option("--language", trigger_.language, "en, zh or zh-Hant; default: by script");
    trigger->add_option("--samples", trigger_.run.plan.repeats, "of each text; most must withhold")
        ->capture_default_str();
    trigger->add_option("--units", trigger_.units, "where to end: words or characters")
        ->check(CLI::IsMember({"words", "characters"}))
        ->capture_default_str();
    trigger->add_option("--most", trigger_.most, "texts to ask at most")->capture_default_str();
    on(trigger, [this] {
      trigger_.run.command = command_;
      return audit_trigger_command(trigger_);
    });
  }

  void add_audit_panel(CLI::App* audit) {
    CLI::App* panel = audit->add_subcommand(
        "panel", "other models judge the answers of a stored run, blind; how far all agree");
    panel
        ->add_option(
            "run", panel_.judged,
            "run id, its beginning, or latest: the newest audit, whatever was stored since")
        ->required();
    panel->add_option("--judge-model", panel_.models, "a model that judges; may be repeated")
        ->required()
        ->allow_extra_args(false);
    model_options(panel, panel_.run.model);
    panel->remove_option(panel->get_option("--model"));
    asking_of_its_own(panel, panel_.run);
    panel->add_option("--limit", panel_.limit, "answers, drawn at random by --seed; 0: all")
        ->capture_default_str();
    panel->add_flag("--again", panel_.again,
                    "ask judges that have judged these answers already once more");
    on(panel, [this] {
      panel_.run.command = command_;
      return audit_panel_command(panel_);
    });
  }

  void add_audit() {
    CLI::App* audit = app_.add_subcommand(
        "audit",
        "ask the sensitive-topic probes and their twins, judge and report; unless told otherwise 5 "
        "samples of each, temperature 0.7, top-p 0.95");
    asking_options(audit, audit_);
    languages_option(audit, audit_.plan.suite_options);
    audit->add_option("--temperature", audit_.plan.temperature, "default 0.7; 0: greedy");
    audit->add_option("--top-p", audit_.plan.top_p,
                      "nucleus of the distribution, (0, 1]; default 0.95");
    audit->add_option("--repeats,--samples", samples_,
                      "samples of each question; default 5, and 1 at temperature 0, where all are "
                      "the same");
    audit->add_option("--report", audit_.report,
                      "write the audit's page, in English and Chinese, here");
    audit->add_flag("--knowledge", knowledge_,
                    "also measure what the model holds likely: facts against false variants, the "
                    "official line, the openings of refusals (`candor run knowledge`)");
    audit->add_flag("--forced-start", audit_.plan.forced_start,
                    "make every answer begin with a first clause in the question's language "
                    "(data/sets/openings.yaml)");
    on(audit, [this] {
      audit_.plan.suites = {"probes"};
      if (knowledge_) audit_.plan.suites.emplace_back("knowledge");
      audit_.audit_page = true;
      // One answer says little of a model that is asked at random by thousands: the cells of an
      // audit are several samples each.
      if (!audit_.plan.temperature) audit_.plan.temperature = 0.7;
      audit_.plan.repeats = samples_.value_or(*audit_.plan.temperature > 0 ? 5 : 1);
      if (!audit_.plan.top_p) audit_.plan.top_p = 0.95;
      return run_now(audit_);
    });
    CLI::App* lint = audit->add_subcommand("lint", "check files of probes (data/sets/probes)");
    lint->add_option("files", files_, "probe files, or folders of them")->required();
    on(lint, [this] { return lint_probes_command(files_); });
    add_audit_words(audit);
    add_audit_panel(audit);
  }

  void add_results() {
    CLI::App* score = app_.add_subcommand("score", "judge a stored run again");
    score->add_option("run", score_.run, "run id, its beginning, or latest")->capture_default_str();
    store_option(score, score_.store);
    score->add_flag("--json", score_.json);
    on(score, [this] { return score_command(score_); });

    CLI::App* report = app_.add_subcommand("report", "write the HTML report of a run");
    report->add_option("run", report_.run)->capture_default_str();
    report->add_option("-o,--output,--report", report_.output)->capture_default_str();
    store_option(report, report_.store);
    report->add_flag("--json", report_.json, "the figures as JSON instead");
    report->add_flag("--audit", report_.audit,
                     "the audit's page, in English and Chinese, instead of the general one");
    on(report, [this] { return report_command(report_); });

    CLI::App* compare = app_.add_subcommand("compare", "two runs side by side");
    compare->add_option("a", compare_.run_a, "the earlier run")->required();
    compare->add_option("b", compare_.run_b, "the later run")->required();
    compare->add_option("--alpha", compare_.alpha, "level of significance")->capture_default_str();
    compare->add_flag("--gate", compare_.gate, "exit with 1 when B is significantly lower");
    compare->add_option("--report", compare_.report, "write an HTML comparison here");
    store_option(compare, compare_.store);
    compare->add_flag("--json", compare_.json);
    on(compare, [this] { return compare_command(compare_); });

    CLI::App* runs = app_.add_subcommand("runs", "the stored runs");
    runs->require_subcommand(0, 1);
    store_option(runs, runs_.store);
    runs->add_flag("--json", runs_.json);
    on(runs, [this] { return runs_list_command(runs_); });
    const auto one = [&](const char* name, const char* what, int (*command)(const RunsOptions&)) {
      CLI::App* sub = runs->add_subcommand(name, what);
      if (std::string(name) != "list") sub->add_option("run", runs_.run)->capture_default_str();
      store_option(sub, runs_.store);
      sub->add_flag("--json", runs_.json);
      on(sub, [this, command] { return command(runs_); });
    };
    one("list", "all runs, newest first", runs_list_command);
    one("show", "the figures of one run", runs_show_command);
    one("export", "every answer as a line of JSON, without timings", runs_export_command);
  }

  void add_generate() {
    CLI::App* generate = app_.add_subcommand("generate", "one prompt, one answer");
    model_options(generate, generate_.model);
    generate->add_option("model_name", generate_.model.model, "model");
    generate->add_option("--prompt", generate_.prompt)->required();
    generate->add_option("--system", generate_.system);
    generate->add_flag("--raw", generate_.raw, "continue the text, without the chat template");
    data::Sampling& sampling = generate_.sampling;
    generate->add_option("--temperature", sampling.temperature)->capture_default_str();
    generate->add_option("--top-p", sampling.top_p)->capture_default_str();
    generate->add_option("--top-k", sampling.top_k)->capture_default_str();
    generate->add_option("--min-p", sampling.min_p)->capture_default_str();
    generate->add_option("--max-tokens", sampling.max_tokens)->capture_default_str();
    generate->add_option("--stop", sampling.stop, "stop string; may be repeated");
    generate->add_option("--seed", generate_.seed)->capture_default_str();
    generate->add_flag("--json", generate_.json);
    on(generate, [this] { return generate_command(generate_); });
  }

  void add_models_and_suites() {
    CLI::App* models = app_.add_subcommand("models", "models known by name");
    models->require_subcommand(0, 1);
    models->add_flag("--json", json_);
    on(models, [this] { return models_list_command(json_); });
    const auto one = [&](const char* name, const char* what, int (*command)(const std::string&)) {
      CLI::App* sub = models->add_subcommand(name, what);
      sub->add_option("name", name_, "model; default: the registry's default");
      on(sub, [this, command] { return command(name_); });
    };
    CLI::App* list = models->add_subcommand("list", "what is known and what is here");
    list->add_flag("--json", json_);
    on(list, [this] { return models_list_command(json_); });
    one("pull", "get a model; refused unless its SHA-256 matches", models_pull_command);
    one("path", "where its file is", models_path_command);
    one("verify", "check its SHA-256", models_verify_command);

    CLI::App* suites = app_.add_subcommand("suites", "suites known by name");
    suites->require_subcommand(0, 1);
    suites->add_flag("--json", suites_.json);
    on(suites, [this] { return suites_list_command(suites_); });
    CLI::App* suites_list = suites->add_subcommand("list", "what is known and what is here");
    suites_list->add_flag("--json", suites_.json);
    on(suites_list, [this] { return suites_list_command(suites_); });
    CLI::App* show = suites->add_subcommand("show", "the questions of one suite");
    show->add_option("suite", suites_.suite, "its name, or NAME/PART of a public one");
    show->add_option("--suite-file", suites_.suite_file);
    suite_options(show, suites_.suite_options);
    protocol_option(show, suites_.suite_options);
    shots_option(show, suites_.suite_options);
    show->add_flag("--json", suites_.json, "one question a line");
    on(show, [this] { return suites_show_command(suites_); });
    CLI::App* pull = suites->add_subcommand(
        "pull", "get the published files of a public suite; refused unless their SHA-256 match");
    pull->add_option("suite", suites_.suite, "its name, or all")->required();
    pull->add_option("--mirror", suites_.mirror, "a folder that holds the files; no network")
        ->check(CLI::ExistingDirectory);
    on(pull, [this] { return suites_pull_command(suites_); });
  }

  void add_inspect() {
    CLI::App* inspect = app_.add_subcommand(
        "inspect", "what the engine makes of a model, a text, a template (JSON Lines in and out)");
    inspect->require_subcommand(1);
    CLI::App* model = inspect->add_subcommand("model", "sizes, formats, hashes");
    model->add_option("model", inspect_model_.model, "model")->required();
    model->add_flag("--json", inspect_model_.json);
    CLI::Option* plan =
        model->add_flag("--plan", inspect_model_.plan, "what it needs: parameters, bytes, devices");
    model->add_option("--context", inspect_model_.context, "tokens of a sequence")
        ->capture_default_str()
        ->needs(plan);
    model->add_option("--batch", inspect_model_.batch, "sequences at a time")
        ->capture_default_str()
        ->needs(plan);
    model
        ->add_option("--device-memory", inspect_model_.device_gibibytes,
                     "GiB of a device to plan for beside those of 80 and 141 GB")
        ->needs(plan);
    on(model, [this] {
      return inspect_model_.plan ? inspect_plan_command(inspect_model_)
                                 : inspect_model_command(inspect_model_);
    });

    CLI::App* tokens =
        inspect->add_subcommand("tokens", R"({"text", "time"} -> {"ids", "seconds"})");
    tokens
        ->add_option("model", name_,
                     "model, GGUF file, tokenizer.json, tokenizer.model, tiktoken file or folder")
        ->required();
    tokens->add_flag("--no-special", no_special_, "special tokens in the text are plain text");
    on(tokens, [this] { return inspect_tokens_command(name_, !no_special_); });

    CLI::App* detokenize = inspect->add_subcommand("detokenize", R"({"ids"} -> {"text"})");
    detokenize->add_option("model", name_)->required();
    on(detokenize, [this] { return inspect_detokenize_command(name_); });

    CLI::App* prompt = inspect->add_subcommand("prompt", R"({"messages", …} -> {"output"})");
    CLI::Option* prompt_model = prompt->add_option("model", prompt_.model);
    CLI::Option* prompt_template = prompt->add_option("--template", prompt_.template_file,
                                                      "a template file instead of a model");
    prompt_model->excludes(prompt_template);
    prompt->add_option("--template-name", prompt_.template_name, "which of the model's templates")
        ->excludes(prompt_template);
    prompt->add_option("--date", prompt_.date, "the clock a template sees: 2025-01-29T12:00:00");
    on(prompt, [this] {
      if (prompt_.model.empty() && !prompt_.template_file) {
        fail_usage("inspect prompt: give a model or --template");
      }
      return inspect_prompt_command(prompt_);
    });

    CLI::App* logits = inspect->add_subcommand(
        "logits", R"({"input_ids", "greedy"} -> {"last_logits", "mean_logprob", "greedy"})");
    logits->add_option("model", inspect_.model)->required();
    logits->add_option("--precision", inspect_.precision)->capture_default_str();
    logits->add_option("--device", inspect_.device)->capture_default_str();
    logits->add_option("--threads", inspect_.threads);
    logits->add_option("--memory", inspect_.kv_mebibytes, "MiB for keys and values");
    logits->add_flag("--pack-cache", inspect_.pack_cache);
    on(logits, [this] { return inspect_logits_command(inspect_); });

    CLI::App* dequantize = inspect->add_subcommand("dequantize", "blocks to float32");
    dequantize->add_option("type", name_, "Q4_K, …")->required();
    dequantize->add_option("file", file_)->required();
    on(dequantize, [this] { return inspect_dequantize_command(name_, file_); });
  }

  void add_judge() {
    CLI::App* judge = app_.add_subcommand("judge", "one judge by itself (JSON Lines in and out)");
    judge->require_subcommand(1);
    on(judge->add_subcommand("maths",
                             R"({"id", "answer", "gold", "tolerance"} -> {"verdict", "reason"})"),
       judge_maths_command);
    on(judge->add_subcommand("choice", R"({"id", "answer", "options"} -> {"choice"})"),
       judge_choice_command);
    on(judge->add_subcommand("code", R"({"id", "completion", "test", …} -> {"verdict"})"),
       judge_code_command);
    CLI::App* audit =
        judge->add_subcommand("audit", R"({"id", "question", "answer", …} -> {"delivery", …})");
    CLI::Option* calibration =
        audit->add_flag("--calibration", calibration_,
                        "how well it agrees with labelled answers, and nothing else");
    audit->add_flag("--json", json_, "with --calibration: as it is stored")->needs(calibration);
    audit->add_option("--weights", file_, "another fit of its content model (tests/audit/fit.py)")
        ->excludes(calibration);
    on(audit, [this] {
      return calibration_ ? judge_calibration_command(json_) : judge_audit_command(file_);
    });
    CLI::App* extract = judge->add_subcommand(
        "extract",
        R"(by a published rule: {"id", "answer", "gold", "options", "language"} -> {"extracted", …})");
    extract->add_option("--rule", name_, "gsm8k-strict, mgsm, zeroeval, …; `candor judge rules`")
        ->required();
    on(extract, [this] { return judge_extract_command(name_); });
    CLI::App* known =
        judge->add_subcommand("rules", "the published rules and where they come from");
    known->add_flag("--json", json_);
    on(known, [this] { return judge_rules_command(json_); });
    on(judge->add_subcommand("grid", R"({"id", "answer", "solution"} -> {"correct_cells", …})"),
       judge_grid_command);
    on(judge->add_subcommand("knights",
                             R"({"id", "statements", "names", "answer"} -> {"solution", …})"),
       judge_knights_command);
  }

  void add_replay() {
    CLI::App* replay =
        app_.add_subcommand("replay", "judge transcripts made elsewhere (lm-eval, Inspect, …)");
    replay->add_option("files", replay_.files, "the transcripts; .gz is unpacked")->required();
    replay->add_option("--suite", replay_.suites, "bundled suites that the questions belong to");
    replay->add_option("--suite-file", replay_.suite_files,
                       "the same as a description or data file");
    suite_options(replay, replay_.suite_options);
    protocol_option(replay, replay_.suite_options);
    shots_option(replay, replay_.suite_options);
    replay->add_option("--rule", replay_.rule,
                       "a published rule, with our own judge beside it; `candor judge rules`");
    replay->add_flag("--differences", replay_.differences,
                     "with --rule: only the rows where our own judge says otherwise");
    replay->add_option(
        "--format", replay_.format,
        "jsonl, lm-eval, inspect, openai-evals, evalscope or opencompass; default: as "
        "the content tells");
    replay->add_option("--id-field", replay_.fields.id, "of JSON lines: where the id is");
    replay->add_option("--answer-field", replay_.fields.answer, "the answer: field or field.field");
    replay->add_option("--gold-field", replay_.fields.gold, "the gold answer");
    replay->add_option("--model-name", replay_.model,
                       "stored under this name; of an audit, rows that name no model");
    replay->add_flag("--audit", replay_.audit,
                     "rows of an audit (question, answer, language, model, pair, group, probe, "
                     "…), which are told by their fields: judged without --suite or --rule");
    replay->add_option("--report", replay_.report,
                       "write an HTML page here: the audit's, or of several models the table");
    store_option(replay, replay_.store);
    replay->add_flag("--json", replay_.json, "the summary as JSON; with --rule it always is");
    on(replay, [this, replay] {
      const auto refuse = [&](std::initializer_list<const char*> names, const char* why) {
        for (const char* name : names) {
          if (replay->get_option(name)->count() > 0) fail_usage("replay: {} {}", name, why);
        }
      };
      if (replay_.rule.empty()) {
        refuse({"--differences"}, "is of --rule: name the rule, or leave it out");
      } else {
        refuse({"--store", "--model-name", "--report"},
               "stores a run, and with --rule none is stored: leave it out");
      }
      if (replay_.suites.empty() && replay_.suite_files.empty()) {
        refuse({"--count", "--levels", "--languages", "--suite-seed", "--limit", "--protocol",
                "--shots-file"},
               "is of a suite: name the --suite, or leave it out");
      }
      return replay_command(replay_);
    });
  }

  void add_bench() {
    CLI::App* bench = app_.add_subcommand(
        "bench", "speed and memory of a model here, against the limits of the machine");
    model_options(bench, bench_.model);
    CLI::Option* model = bench->add_option("model_name", bench_.model.model, "model");
    CLI::Option* shape = bench->add_option(
        "--shape", bench_.model.shape,
        "a published shape with random weights, or a config.json, instead of a model");
    shape->excludes(model)->excludes("--model");
    bench->add_flag("--shapes", bench_.list_shapes, "list the published shapes, measure nothing");
    CLI::Option* streams = bench->add_option(
        "--streams", bench_.queue_streams,
        "also whole queues with so many streams: 64,256 (a queue has twice as many requests)");
    streams->delimiter(',')->check(CLI::Range(1, 4096));
    bench->add_option("--in", bench_.queue_prompt, "tokens of each prompt of the queues")
        ->needs(streams)
        ->capture_default_str();
    bench->add_option("--out", bench_.queue_generated, "tokens generated of each")
        ->needs(streams)
        ->capture_default_str();
    CLI::Option* queues = bench->add_flag("--only-queues", bench_.only_queues,
                                          "measure the queues of --streams and nothing else");
    queues->needs(streams);
    CLI::Option* same = bench->add_flag(
        "--same-tokens", bench_.same_tokens,
        "also whether answers are the same in batches of 1, 8, 64 and 256 (on GPUs always)");
    CLI::Option* growth = bench->add_flag(
        "--growth", bench_.growth, "also the cost by length of the queue and of the context");
    CLI::Option* report = bench->add_option("--report", bench_.report, "write an HTML page here");
    CLI::Option* job = bench->add_option(
        "--job", bench_.job, "run this file instead: lines of {\"prompt\", \"max_tokens\", …}");
    bench->add_option("--outputs", bench_.outputs, "the job's answers as JSON lines")->needs(job);
    CLI::Option* accuracy = bench->add_option(
        "--accuracy", bench_.accuracy,
        "the precision against float32 on lines of {\"prompt\", \"continuation\"}");
    bench->add_option("--limit", bench_.limit, "lines of the file; 0: all");
    bench->add_flag("--json", bench_.json);
    for (CLI::Option* speed : {growth, report, streams, same}) {
      job->excludes(speed);
      accuracy->excludes(speed);
    }
    job->excludes(accuracy);
    queues->excludes(growth)->excludes(report)->excludes(same);
    on(bench, [this, bench] {
      bench_.batch_chosen = bench->get_option("--batch")->count() > 0;
      return bench_command(bench_);
    });
  }

  void add_doctor() {
    CLI::App* doctor = app_.add_subcommand(
        "doctor", "what this machine offers: processor, GPUs, sandbox; and why not");
    doctor
        ->add_option("--require", doctor_.needed,
                     "gpu or sandbox; may be repeated: exit status 3 where it cannot be used")
        ->allow_extra_args(false)
        ->check(CLI::IsMember({"gpu", "sandbox"}));
    doctor->add_flag("--json", doctor_.json);
    on(doctor, [this] { return doctor_command(doctor_); });
  }

  int argc_;
  char** argv_;
  std::string command_;
  CLI::App app_{"Candor: benchmarks and bilingual censorship audits of language models"};
  std::function<int()> action_ = [] { return 2; };

  std::vector<std::string> max_tokens_;
  std::optional<int> samples_;  // of an audit
  RunOptions run_;
  RunOptions audit_;
  ScanOptions scan_;
  TriggerCommandOptions trigger_;
  PanelOptions panel_;
  ScoreOptions score_;
  ReportOptions report_;
  CompareOptions compare_;
  RunsOptions runs_;
  SuitesOptions suites_;
  ReplayOptions replay_;
  GenerateOptions generate_;
  BenchOptions bench_;
  DoctorOptions doctor_;
  ModelChoice inspect_;
  std::string name_;
  InspectModelOptions inspect_model_;
  InspectPromptOptions prompt_;
  std::filesystem::path file_;
  std::vector<std::filesystem::path> files_;
  bool json_ = false;
  bool knowledge_ = false;
  bool calibration_ = false;
  bool no_special_ = false;
};

}  // namespace

int run_command_line(int argc, char** argv) {
  // A reader that goes away is an error that is reported, not a signal that kills.
  std::signal(SIGPIPE, SIG_IGN);
  return CommandLine(argc, argv).run();
}

}  // namespace candor::runner
