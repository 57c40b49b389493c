// What each client command does: an answer a person reads on stdout, messages on stderr, an exit code of
// spec/operations.md 3. With `json` the node's answer goes to stdout as it came.
#pragma once

#include <optional>
#include <string>

#include "app/node_client.hpp"

namespace ingot::app {

struct AddPrefix {
    std::string prefix, name, referral;
};
struct AddCredential {
    std::string role, prefix, name;
    std::string out;  // file that gets the key, 0600; empty: stdout
};
struct AssignCodes {
    std::string prefix, product_class, product, date, profile, key;
    int count = 1;
};
struct CaptureCall {
    std::string file;
    bool rollback = false, tolerant = false;
};
struct TraceCall {
    std::string identifier, basis, as_of;
    bool up = false, down = false;
    std::optional<std::string> theta;
    std::optional<int> depth, max_nodes, timeout_ms;
    int rows = 25;
};
struct GenerateCall {
    std::string file, prefix, host;
    int days = 365;
};
struct DemoCall {
    int days = 365;
    std::string prefix, operator_key_file;
};

int add_prefix(NodeAddress const& node, AddPrefix const& call, bool json);
int list_prefixes(NodeAddress const& node, bool json);
int add_credential(NodeAddress const& node, AddCredential const& call, bool json);
int revoke_credential(NodeAddress const& node, std::string const& id);
int list_credentials(NodeAddress const& node, bool json);
int assign_codes(NodeAddress const& node, AssignCodes const& call, bool json);
int resolve_identifier(NodeAddress const& node, std::string const& identifier, bool json);
int capture_events(NodeAddress const& node, CaptureCall const& call, bool json);
int trace_lot(NodeAddress const& node, TraceCall const& call, bool json);
int generate_events(GenerateCall const& call);
int run_demo(NodeAddress const& node, DemoCall const& call, bool json);

}  // namespace ingot::app
