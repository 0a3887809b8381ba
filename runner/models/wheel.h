// Reads one member of a wheel (a ZIP file) as a stream.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace candor::runner {

// Calls `sink` with the bytes of `member`, piece by piece, in order; the ZIP's own checksum is
// verified. Throws Error naming the file and the member. Returns the number of bytes.
std::uint64_t read_wheel_member(const std::filesystem::path& wheel, const std::string& member,
                                const std::function<void(std::string_view)>& sink);

}  // namespace candor::runner
