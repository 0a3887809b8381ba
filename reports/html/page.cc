#include "reports/html/page.h"

#include <ctemplate/template.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <set>

#include "data/base/error.h"
#include "data/text/unicode.h"
#include "reports/lengths.h"
#include "reports/text.h"

namespace candor::reports {

namespace {

constexpr const char* kStyle =
#include "reports/templates/style.css"
    ;

struct Named {
  const char* name;
  const char* text;
};

constexpr Named kTemplates[] = {
    {
        "head.tpl",
#include "reports/templates/head.tpl"
    },
    {
        "marked.tpl",
#include "reports/templates/marked.tpl"
    },
    {
        "bar.tpl",
#include "reports/templates/bar.tpl"
    },
    {
        "gap.tpl",
#include "reports/templates/gap.tpl"
    },
    {
        "bars.tpl",
#include "reports/templates/bars.tpl"
    },
    {
        "front.tpl",
#include "reports/templates/front.tpl"
    },
    {
        "scores.tpl",
#include "reports/templates/scores.tpl"
    },
    {
        "replies.tpl",
#include "reports/templates/replies.tpl"
    },
    {
        "knowledge.tpl",
#include "reports/templates/knowledge.tpl"
    },
    {
        "table.tpl",
#include "reports/templates/table.tpl"
    },
    {
        "judges.tpl",
#include "reports/templates/judges.tpl"
    },
    {
        "audit.tpl",
#include "reports/templates/audit.tpl"
    },
    {
        "group.tpl",
#include "reports/templates/group.tpl"
    },
    {
        "probe.tpl",
#include "reports/templates/probe.tpl"
    },
    {
        "sample.tpl",
#include "reports/templates/sample.tpl"
    },
    {
        "questions.tpl",
#include "reports/templates/questions.tpl"
    },
    {
        "suite.tpl",
#include "reports/templates/suite.tpl"
    },
    {
        "method.tpl",
#include "reports/templates/method.tpl"
    },
    {
        "comparison.tpl",
#include "reports/templates/comparison.tpl"
    },
    {
        "plot.tpl",
#include "reports/templates/plot.tpl"
    },
    {
        "bench.tpl",
#include "reports/templates/bench.tpl"
    },
    {
        "blocks.tpl",
#include "reports/templates/blocks.tpl"
    },
    {
        "tongue.tpl",
#include "reports/templates/tongue.tpl"
    },
    {
        "tongue_end.tpl",
#include "reports/templates/tongue_end.tpl"
    },
    {
        "heat.tpl",
#include "reports/templates/heat.tpl"
    },
    {
        "audit_pair.tpl",
#include "reports/templates/audit_pair.tpl"
    },
    {
        "audit_evidence.tpl",
#include "reports/templates/audit_evidence.tpl"
    },
    {
        "curves.tpl",
#include "reports/templates/curves.tpl"
    },
    {
        "audit_index.tpl",
#include "reports/templates/audit_index.tpl"
    },
    {
        "audit_side.tpl",
#include "reports/templates/audit_side.tpl"
    },
    {
        "scan.tpl",
#include "reports/templates/scan.tpl"
    },
};

// ctemplate keeps templates by name for the whole program.
void load_templates() {
  static const bool loaded = [] {
    for (const Named& entry : kTemplates) {
      if (!ctemplate::StringToTemplateCache(entry.name, entry.text, ctemplate::DO_NOT_STRIP)) {
        fail("template {} is not well formed", entry.name);
      }
    }
    return true;
  }();
  static_cast<void>(loaded);
}

constexpr const char* kAuditStyle =
#include "reports/templates/audit_page.css"
    ;

std::string hash_of(const std::string& style) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(style.data()), style.size(), digest.data());
  std::array<unsigned char, 4 * ((SHA256_DIGEST_LENGTH + 2) / 3) + 1> text{};
  const int size = EVP_EncodeBlock(text.data(), digest.data(), SHA256_DIGEST_LENGTH);
  return std::string(reinterpret_cast<const char*>(text.data()), static_cast<std::size_t>(size));
}

// The nearest place at or before `at` where a character begins.
std::size_t character_start(std::string_view text, std::size_t at) {
  at = std::min(at, text.size());
  while (at > 0 && at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80) --at;
  return at;
}

struct Range {
  std::size_t begin;
  std::size_t end;
};

// The part of a text, cut at every edge of a span; each piece carries the names of all spans that
// cover it.
void add_pieces(Dictionary& dictionary, std::string_view text, Range range,
                const std::vector<data::Span>& spans, std::string_view field, Tongue tongue) {
  std::set<std::size_t> edges = {range.begin, range.end};
  std::vector<data::Span> inside;
  for (data::Span span : spans) {
    if (span.field != field) continue;
    span.begin = std::max(range.begin, character_start(text, span.begin));
    span.end = std::min(range.end, character_start(text, span.end));
    if (span.begin >= span.end) continue;
    edges.insert(span.begin);
    edges.insert(span.end);
    inside.push_back(std::move(span));
  }
  std::size_t from = range.begin;
  for (const std::size_t to : edges) {
    if (to == range.begin) continue;
    std::string names;
    const char* kind = nullptr;
    for (const data::Span& span : inside) {
      if (span.begin > from || span.end < to) continue;
      const MarkKind mark = mark_kind(span.what);
      const std::string_view shown = mark.shown.in(tongue);
      const std::string name = shown.empty() ? span.what : std::string(shown);
      if (kind == nullptr) kind = mark.css;
      if (names.find(name) == std::string::npos) names += (names.empty() ? "" : "; ") + name;
    }
    Dictionary& piece = *dictionary.AddSectionDictionary("PIECE");
    Dictionary& body = *piece.AddSectionDictionary(kind == nullptr ? "PLAIN" : "MARKED");
    body.SetValue("TEXT", visible(text.substr(from, to - from)));
    if (kind != nullptr) {
      body.SetValue("KIND", kind);
      set(body, "WHAT", names);
    }
    from = to;
  }
}

}  // namespace

std::string expand(const char* name, const Dictionary& dictionary) {
  load_templates();
  std::string out;
  if (!ctemplate::ExpandTemplate(name, ctemplate::DO_NOT_STRIP, &dictionary, &out)) {
    fail("template {} cannot be filled", name);
  }
  return out;
}

std::string document(const std::string& title, const std::string& body, PageKind kind) {
  const std::string style = std::string(kStyle) + (kind == PageKind::kAudit ? kAuditStyle : "");
  Dictionary head("head");
  set(head, "TITLE", title);
  set(head, "STYLE_HASH", hash_of(style));
  return expand("head.tpl", head) + "<style>" + style + "</style>\n</head>\n<body>\n" + body +
         "</body>\n</html>\n";
}

void write_whole(const std::filesystem::path& target, const std::string& bytes) {
  const std::string fresh = fmt::format("{}.{}.new", target.string(), getpid());
  const int descriptor = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (descriptor < 0) {
    fail("{}: cannot be written: {}: name another file", target.string(), std::strerror(errno));
  }
  std::size_t done = 0;
  bool failed = false;
  while (done < bytes.size() && !failed) {
    const ssize_t wrote = ::write(descriptor, bytes.data() + done, bytes.size() - done);
    if (wrote > 0) done += static_cast<std::size_t>(wrote);
    failed = wrote < 0 && errno != EINTR;
  }
  failed = failed || ::fsync(descriptor) != 0;
  failed = ::close(descriptor) != 0 || failed;
  failed = failed || ::rename(fresh.c_str(), target.c_str()) != 0;
  if (!failed) return;
  const int reason = errno;
  ::unlink(fresh.c_str());
  fail("{}: cannot be written: {}", target.string(), std::strerror(reason));
}

void set(Dictionary& dictionary, const char* name, std::string_view text, std::size_t limit) {
  const std::string_view shown = text.substr(0, character_start(text, limit));
  std::string value = visible(shown);
  if (shown.size() < text.size()) {
    value += fmt::format(" … ({} more characters)", characters(text.substr(shown.size())));
  }
  dictionary.SetValue(name, value);
}

void set_marked(Dictionary& dictionary, std::string_view text, const std::vector<data::Span>& spans,
                std::string_view field, std::size_t limit, Tongue tongue) {
  Dictionary& marked = *dictionary.AddIncludeDictionary("MARKED");
  marked.SetFilename("marked.tpl");
  if (text.size() <= limit) {
    add_pieces(marked, text, {0, text.size()}, spans, field, tongue);
    return;
  }
  const std::size_t head = character_start(text, limit / 2);
  const std::size_t tail = character_start(text, text.size() - (limit - limit / 2));
  add_pieces(marked, text, {0, head}, spans, field, tongue);
  Dictionary& cut = *marked.AddSectionDictionary("CUT");
  const std::size_t left_out = characters(text.substr(head, tail - head));
  cut.SetValue("LEFT_OUT",
               tongue == Tongue::kEnglish
                   ? fmt::format("… ({} characters are left out here; the store keeps the whole "
                                 "text) …",
                                 left_out)
                   : fmt::format("……（此处略去 {} 个字符，数据库中保存有全文）……", left_out));
  add_pieces(cut, text, {tail, text.size()}, spans, field, tongue);
}

std::size_t text_limit(std::size_t samples) {
  constexpr std::size_t kPageBytes = 24'000'000;
  constexpr std::size_t kLeastBytes = 1'000;
  return std::clamp(kPageBytes / std::max<std::size_t>(samples, 1), kLeastBytes, kShownBytes);
}

MarkKind mark_kind(std::string_view what) {
  if (what == "refusal") return {"refusal", {"a refusal", "拒绝用语"}};
  if (what == "line") return {"line", {"wording of the official line", "官方口径的表述"}};
  if (what == "line_quoted") {
    return {"quoted", {"official line, quoted or attributed", "引述或转述的官方口径"}};
  }
  if (what == "fact") return {"fact", {"a key fact", "关键事实"}};
  if (what == "fact_denied") return {"other", {"a key fact, denied", "被否认的关键事实"}};
  if (what == "hedge") return {"hedge", {"hedging", "含糊其辞"}};
  if (what == "extracted") return {"extracted", {"the answer that was read", "读取到的答案"}};
  return {"other", {"", ""}};
}

std::string text_language(std::string_view text, std::string_view question_language) {
  if (!data::has_han(text))
    return question_language.starts_with("zh") ? "en" : std::string(question_language);
  return question_language == "zh-Hant" ? "zh-Hant" : "zh-Hans";
}

const char* colour(std::size_t language) {
  return language == 0 ? "en" : language == 1 ? "zh" : "third";
}

std::string coordinate(double value) { return fmt::format("{:.2f}", value); }

}  // namespace candor::reports
