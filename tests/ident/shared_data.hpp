// The shared test data (SHARED_DATA, else ../shared/data). Absent: one visible line, and a failure under CI.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

namespace ingot::ident {

inline std::vector<std::string> shared_lines(std::string const& name) {
    char const* folder = std::getenv("SHARED_DATA");
    std::string path = std::string(folder ? folder : "../shared/data") + "/" + name;
    std::ifstream file(path);
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);)
        if (!line.empty()) lines.push_back(line);
    if (lines.empty()) {
        std::cout << "shared data absent: the cases of " << name << " are left out\n";
        char const* ci = std::getenv("CI");
        EXPECT_FALSE(ci && std::string(ci) == "true") << name << " must be there under CI";
    }
    return lines;
}

}  // namespace ingot::ident
