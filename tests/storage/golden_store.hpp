// What tests/golden/store-<release>/ holds: written by write_golden_store, read by every later release.
#pragma once

#include "storage/log_keys.hpp"
#include "tests/storage/store_fixture.hpp"

namespace ingot::storage::test {

inline constexpr int kGoldenRows = 300;  // more than one tile of leaves

inline StoreOptions golden_options(std::string folder) {
    StoreOptions options;
    options.data_dir = std::move(folder);
    options.origin = "golden.example/v1/log";
    options.audit_key = "golden audit key";
    options.reserve_bytes = options.ballast_bytes = 0;
    options.write_buffer_bytes = 1 << 20;
    return options;
}

inline std::string golden_key(int n) { return "H88.999.1" + std::string(1, '\0') + std::to_string(n); }
inline std::string golden_value(int n) { return "record " + std::to_string(n); }

inline Operation golden_request() {
    Operation request = operation(
        [](Batch& batch) -> Result<void> {
            batch.put(Space::event, "v1", "{\"type\":\"ObjectEvent\"}");
            batch.audit("\"act\":\"event.capture\"");
            return {};
        },
        "golden-key", sha256("golden body"));
    request.reply = [](Batch&) { return Reply{201, "text/plain", "/v1/events/1", "\"1\"", "300", "golden answer"}; };
    return request;
}

}  // namespace ingot::storage::test
