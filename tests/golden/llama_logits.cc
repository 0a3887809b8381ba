// Logits of a GGUF file under llama.cpp, for confirm_with_llama_cpp.py. Not a part of Candor:
// it is built by hand against llama.cpp (README.md).
//
//   llama_logits FILE < token ids, one sequence a line > the logits of every position, float32
#include <llama.h>

#include <cstdio>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

int main(int, char** argv) {
  llama_log_set(
      [](ggml_log_level level, const char* text, void*) {
        if (level >= GGML_LOG_LEVEL_ERROR) std::fputs(text, stderr);
      },
      nullptr);
  llama_backend_init();
  llama_model_params model_params = llama_model_default_params();
  model_params.n_gpu_layers = 0;
  llama_model* model = llama_model_load_from_file(argv[1], model_params);
  if (model == nullptr) return 1;
  const int vocabulary = llama_vocab_n_tokens(llama_model_get_vocab(model));

  std::string line;
  while (std::getline(std::cin, line)) {
    std::istringstream in(line);
    std::vector<llama_token> tokens;
    for (llama_token token = 0; in >> token;) tokens.push_back(token);
    llama_context_params params = llama_context_default_params();
    params.n_ctx = 512;
    params.n_batch = params.n_ubatch = 512;
    params.n_threads = params.n_threads_batch = 1;
    params.type_k = params.type_v = GGML_TYPE_F32;
    params.flash_attn_type = LLAMA_FLASH_ATTN_TYPE_DISABLED;
    llama_context* context = llama_init_from_model(model, params);
    if (context == nullptr) return 1;
    llama_batch batch = llama_batch_init(static_cast<int>(tokens.size()), 0, 1);
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      batch.token[i] = tokens[i];
      batch.pos[i] = static_cast<llama_pos>(i);
      batch.n_seq_id[i] = 1;
      batch.seq_id[i][0] = 0;
      batch.logits[i] = 1;
    }
    batch.n_tokens = static_cast<int>(tokens.size());
    if (llama_decode(context, batch) != 0) return 1;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      std::fwrite(llama_get_logits_ith(context, static_cast<int>(i)), sizeof(float),
                  static_cast<std::size_t>(vocabulary), stdout);
    }
    llama_batch_free(batch);
    llama_free(context);
  }
  llama_model_free(model);
}
