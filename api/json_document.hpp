// The tree behind JsonValue and JsonObject; inside of api/json_*.cpp only.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/json_reader.hpp"

namespace ingot::api {

// The tree of a checked text: nodes in the order of the text, children linked.
struct JsonDocument {
    static constexpr uint32_t kNone = UINT32_MAX;
    static constexpr size_t kFaultsMax = 20;

    struct Node {
        JsonKind kind = JsonKind::null;
        size_t begin = 0, end = 0;
        std::string name;  // as member of an object
        std::string text;  // decoded, text only
        uint32_t parent = kNone, first = kNone, last = kNone, next = kNone;
        uint32_t children = 0, position = 0;
        bool known = false;   // somebody asked for this member
        bool opened = false;  // read as an object: its members must all be known
        bool absent = false;  // stands for a missing value; the fault is already noted
    };

    std::string_view text;
    std::vector<Node> nodes;
    std::vector<Fault> faults;

    void fault(std::string pointer, std::string_view code, std::string detail, std::string detail_zh) {
        if (faults.size() >= kFaultsMax) return;
        faults.push_back({std::move(pointer), std::string(code), std::move(detail), std::move(detail_zh)});
    }

    uint32_t absent() const { return static_cast<uint32_t>(nodes.size() - 1); }

    std::string pointer(uint32_t node) const {
        if (nodes[node].parent == kNone) return "";
        Node const& parent = nodes[nodes[node].parent];
        std::string const part =
            parent.kind == JsonKind::array ? std::to_string(nodes[node].position) : escape_part(nodes[node].name);
        return pointer(nodes[node].parent) + "/" + part;
    }

    static std::string escape_part(std::string_view name) {
        std::string out;
        for (char const c : name.substr(0, 256)) {
            if (c == '~')
                out += "~0";
            else if (c == '/')
                out += "~1";
            else
                out.push_back(c);
        }
        return out;
    }
};

}  // namespace ingot::api
