// The way into HTML: templates compiled into the program and filled by ctemplate with contextual
// auto-escape. No HTML is put together anywhere else, so no text of a model, a file or a user can
// become an element or an attribute. What is not here: what a report says (sections.h).
#pragma once

// First, because ctemplate's headers call strlen without declaring it.
// clang-format off
#include <cstring>
#include <ctemplate/template_dictionary.h>
// clang-format on

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "data/records/verdict.h"
#include "reports/html/tongue.h"

namespace candor::reports {

using Dictionary = ctemplate::TemplateDictionary;

// The named template ("front.tpl") filled. Includes are named by their file in the same way.
std::string expand(const char* name, const Dictionary& dictionary);

// The whole document around `body`, which expand() made. An audit's page has styles of its own.
enum class PageKind { kReport, kAudit };
std::string document(const std::string& title, const std::string& body,
                     PageKind kind = PageKind::kReport);

// Writes beside the target and renames, so that no reader ever sees half a report. Error when the
// folder cannot be written.
void write_whole(const std::filesystem::path& target, const std::string& bytes);

// Sets `name` to text made visible (text.h) and cut at kShownBytes; escaping is the template's.
constexpr std::size_t kShownBytes = 24'000;
void set(Dictionary& dictionary, const char* name, std::string_view text,
         std::size_t limit = kShownBytes);

// Fills the include MARKED of `dictionary` with the text and the spans of `field` that lie in it,
// in any order, overlapping or out of range. Of a text over `limit` bytes the beginning and the end
// are shown, since answers stand at the end.
void set_marked(Dictionary& dictionary, std::string_view text, const std::vector<data::Span>& spans,
                std::string_view field, std::size_t limit = kShownBytes,
                Tongue tongue = Tongue::kEnglish);

// How many bytes of each text to show on a page with so many samples, so that the page stays one
// that a browser opens: kShownBytes for a thousand samples, less for more.
std::size_t text_limit(std::size_t samples);

// The class and the plain name of what a span stands for.
struct MarkKind {
  const char* css;
  Words shown;
};
MarkKind mark_kind(std::string_view what);

// What the `lang` attribute says: by the script of the text, not by the language of the question,
// for models answer in another one.
std::string text_language(std::string_view text, std::string_view question_language);

// The colour class of the n-th language of a report.
const char* colour(std::size_t language);

// A number for an SVG attribute.
std::string coordinate(double value);

}  // namespace candor::reports
