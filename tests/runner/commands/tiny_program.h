// The program as its users start it, on a small random model that the test makes.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "tests/engine/model/tiny_model.h"
#include "tests/engine/tokenizer/tiny_vocabulary.h"
#include "tests/support/temp_folder.h"

extern char** environ;

namespace candor::tests {

struct Finished {
  int status = -1;  // 128 + n: killed by signal n
  std::string output;
  std::string errors;
};

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

class TinyProgram : public testing::Test {
 protected:
  TinyProgram() : model_(write_model("tiny.gguf", {})) {}

  // A model with the small vocabulary and, unless it is a base model, a template; the other sizes
  // are those of `shape`.
  std::filesystem::path write_model(const std::string& name, TinyShape shape,
                                    bool base = false) const {
    const TinyVocabulary words;
    shape.vocabulary = static_cast<std::uint32_t>(words.tokens.size());
    shape.context = 4096;
    GgufWriter file = tiny_llama(shape);
    file.text("tokenizer.ggml.model", "gpt2")
        .text("tokenizer.ggml.pre", words.pre)
        .texts("tokenizer.ggml.tokens", words.tokens)
        .integers("tokenizer.ggml.token_type", words.types)
        .texts("tokenizer.ggml.merges", words.merges)
        .integer("tokenizer.ggml.eos_token_id", 264);
    if (!base) {
      file.text(
          "tokenizer.chat_template",
          "{% for m in messages %}<|im_start|>{{ m.role }}: {{ m.content }}<|end|>{% endfor %}"
          "{% if add_generation_prompt %}<|im_start|>{% endif %}");
    }
    const std::filesystem::path path = folder_.path() / name;
    file.write(path);
    return path;
  }

  struct Started {
    pid_t process;
    std::string number;  // of its own output files: several run at a time
  };

  Started start(std::vector<std::string> words) const {
    static int count = 0;
    const std::string number = std::to_string(++count);
    words.insert(words.begin(), CANDOR_PROGRAM);
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    const auto open = [&](int stream, const std::string& name, int flags) {
      posix_spawn_file_actions_addopen(&files, stream, (folder_.path() / name).c_str(), flags,
                                       0600);
    };
    open(0, "in", O_RDONLY | O_CREAT);
    open(1, "out" + number, O_WRONLY | O_CREAT | O_TRUNC);
    open(2, "err" + number, O_WRONLY | O_CREAT | O_TRUNC);
    pid_t child = -1;
    EXPECT_EQ(posix_spawn(&child, CANDOR_PROGRAM, &files, nullptr, argv.data(), environ), 0);
    posix_spawn_file_actions_destroy(&files);
    return {child, number};
  }

  Finished wait(const Started& started) const {
    int status = 0;
    ::waitpid(started.process, &status, 0);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
            read_file(folder_.path() / ("out" + started.number)),
            read_file(folder_.path() / ("err" + started.number))};
  }

  Finished candor(const std::vector<std::string>& words, const std::string& input = "") const {
    folder_.write("in", input);
    return wait(start(words));
  }

  TempFolder folder_;
  std::filesystem::path model_;
};

}  // namespace candor::tests
