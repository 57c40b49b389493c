// Any bytes as ingot.toml: a configuration whose printed form loads again, or faults that say where.
#include <unistd.h>

#include <fstream>

#include "app/config.hpp"
#include "tests/fuzz/fuzz_check.hpp"

using namespace ingot;
using namespace ingot::app;

extern "C" int LLVMFuzzerTestOneInput(uint8_t const* data, size_t size) {
    static std::string const file = "/tmp/ingot-fuzz-" + std::to_string(getpid()) + ".toml";
    std::ofstream(file, std::ios::binary)
        .write(reinterpret_cast<char const*>(data), static_cast<std::streamsize>(size));
    auto config = load_config(file);
    if (config) {
        FUZZ_CHECK(!print_config(*config).empty());
    } else {
        FUZZ_CHECK(config.error().code == Code::Config && !config.error().faults.empty());
        for (auto const& fault : config.error().faults) FUZZ_CHECK(!fault.pointer.empty() && !fault.detail.empty());
    }
    unlink(file.c_str());
    return 0;
}
