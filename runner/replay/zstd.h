// Zstandard data (RFC 8878) unpacked by the system's libzstd, which is looked for when it is
// needed: building needs nothing of it, and a machine without it reads all other files.
#pragma once

#include <memory>
#include <string>

#include "runner/replay/byte_source.h"

namespace candor::runner {

// `place` names the data in messages. Throws Error where libzstd.so.1 is not there; reading throws
// for damaged or cut-off data.
std::unique_ptr<ByteSource> unpack_zstd(std::unique_ptr<ByteSource> packed, std::string place);

}  // namespace candor::runner
