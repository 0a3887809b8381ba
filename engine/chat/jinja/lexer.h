// Cuts a template into tokens and settles its white space: what `-` and `+` in the delimiters ask
// for, one newline dropped after a block (trim_blocks), white space before a block that begins its
// line dropped (lstrip_blocks), one newline at the end of the file dropped.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace candor::engine::jinja {

struct Token {
  enum class Kind {
    kData,
    kPrintBegin,
    kPrintEnd,
    kBlockBegin,
    kBlockEnd,
    kName,
    kString,
    kInteger,
    kFloat,
    kOperator,
    kEnd,
  };
  Kind kind;
  std::string text;  // a string without its quotes and with its escapes resolved
  int line;
};

// The last token is kEnd. Throws Problem with the line.
std::vector<Token> tokenize(std::string_view source);

// How an error names a token.
std::string describe(const Token& token);

}  // namespace candor::engine::jinja
