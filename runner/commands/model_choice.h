// From what the user chose to a loaded model.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "data/store/store.h"
#include "engine/engine.h"
#include "runner/commands/commands.h"
#include "runner/providers/embedded.h"

namespace candor::runner {

engine::Arithmetic arithmetic_by_name(const std::string& text);
// "auto" (or empty: what CANDOR_DEVICE says, where it is set), "cpu", "cuda" or "cuda:N".
void choose_device(const std::string& text, engine::EngineOptions& options);
// Throws Error with the reason where a GPU was chosen that cannot be used.
void require_device(const engine::EngineOptions& options);
// Both of the above too.
engine::EngineOptions engine_options(const ModelChoice& choice);
// Loads with a line of progress on standard error unless quiet.
std::unique_ptr<EmbeddedProvider> load_provider(const ModelChoice& choice, bool quiet);

std::filesystem::path store_path(const StoreChoice& choice);

// The whole file; Error naming it when it cannot be read or is over `limit` bytes.
std::string read_text_file(const std::filesystem::path& path, std::size_t limit = 64U << 20U);

}  // namespace candor::runner
