// What the two containers call the weights of a decoder (model-facts section 8.0). Names are data,
// so a family that departs from the usual ones changes an entry.
#pragma once

#include <cstddef>
#include <string>

namespace candor::engine {

struct TensorNames {
  std::string embedding;
  std::string final_norm;
  std::string head;
  std::string layer_prefix;  // before the layer's number: "blk."

  // Inside a layer, without ".weight" or ".bias".
  std::string attention_norm;
  std::string q, k, v, output;
  std::string ffn_norm;
  std::string gate, up, down;

  // "blk.3.attn_q.weight" for (3, q, ".weight").
  std::string in_layer(std::size_t layer, const std::string& name, const char* suffix) const;
};

TensorNames gguf_tensor_names();
TensorNames hugging_face_tensor_names();

}  // namespace candor::engine
