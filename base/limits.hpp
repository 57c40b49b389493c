// Every limit of the node, with its default (spec/security.md 13). Tested at the value and one past it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace ingot {

struct Limits {
    // HTTP framing
    size_t target_bytes_max = 8 * 1024;
    size_t head_bytes_max = 16 * 1024;
    size_t fields_max = 100;
    size_t body_bytes_max = 1024 * 1024;
    size_t batch_bytes_max = 8 * 1024 * 1024;
    size_t capture_bytes_max = 16 * 1024 * 1024;
    size_t bodies_bytes_max = 256 * 1024 * 1024;  // of all requests in progress
    size_t pipelined_max = 16;
    size_t requests_per_connection_max = 10'000;
    size_t connections_max = 20'000;
    size_t connections_per_address_max = 256;  // loopback exempt
    size_t handshakes_max = 256;
    std::chrono::milliseconds handshake{10'000}, head{10'000}, body{30'000}, idle{60'000}, write_stall{30'000};
    // requests
    std::chrono::milliseconds point_deadline{2'000}, scan_deadline{10'000}, write_deadline{10'000};
    size_t worker_queue_max = 1024;
    size_t query_parameters_max = 64;
    size_t page_rows_default = 100, page_rows_max = 1000;
    size_t answer_bytes_max = 4 * 1024 * 1024;
    // JSON
    size_t json_depth_max = 32, epcis_depth_max = 64;
    size_t json_values_max = 100'000, batch_values_max = 2'000'000;
    size_t json_name_bytes_max = 256, batch_members_max = 10'000;
    size_t json_string_bytes_max = 64 * 1024;
    // batches
    size_t batch_items_max = 2'000, allocation_codes_max = 10'000, events_per_capture_max = 2'000;
    size_t event_bytes_max = 1024 * 1024, event_members_max = 10'000;
    // identifiers (spec/identifiers.md 2.4)
    size_t identifier_bytes_read_max = 2048, identifier_bytes_registered_max = 1024;
    size_t prefix_bytes_read_max = 255, prefix_bytes_registered_max = 64;
    size_t values_per_record_max = 2048, value_bytes_max = 64 * 1024, record_bytes_max = 1024 * 1024;
    size_t value_type_bytes_max = 128;
    // committer (spec/durability.md 2.1)
    size_t group_operations_max = 256, group_bytes_max = 4 * 1024 * 1024, operation_bytes_max = 64 * 1024 * 1024;
    size_t commit_queue_operations_max = 1024, commit_queue_bytes_max = 64 * 1024 * 1024;
    size_t replay_body_bytes_max = 1024 * 1024;
    // trace walks
    uint64_t trace_nodes_max = 10'000, trace_edges_max = 50'000, trace_nodes_export_max = 5'000'000;
    std::chrono::milliseconds trace_time{500}, trace_time_max{60'000};
    uint32_t trace_depth_default = 64, trace_depth_max = 10'000;
    size_t trace_starts_max = 1'000, walks_per_principal_max = 4;
    size_t walks_bytes_max = 256 * 1024 * 1024;  // walks kept for their next pages, of all principals
};

}  // namespace ingot
