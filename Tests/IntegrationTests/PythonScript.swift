import Foundation
import TestSupport

/// Judges that nobody here has written: scripts in `Python`, with packages from PyPI. `scripts/test` installs these.
struct PythonScript {
    let name: String

    /// What a script found.
    struct Report: Sendable {
        /// Of each line that is not as it should be, its number and why.
        var mistakes: [String] = []
        var wrongLines: [Int] = []
        var summary: Summary
    }

    /// What a script says at its end.
    struct Summary: Decodable {
        var lines: Int
        /// Of validate.py, the lines that were looked at.
        var validated: Int?
        /// Of read_cloudevents.py, all there were.
        var sources: [String]?
        var types: [String]?
    }

    private struct Mistake: Decodable {
        var line: Int
        var error: String
    }

    /// Runs it to its end. Blocks.
    func run(_ arguments: String...) throws -> Report {
        let directory = try Self.directory.get()
        let output = try ChildProcess.run([Self.python, "\(directory)/\(name)"] + arguments)
        var lines = output.split(separator: "\n").map { Data($0.utf8) }
        guard let last = lines.popLast() else { throw TestFailure("\(name) said nothing") }
        var report = Report(summary: try JSONDecoder().decode(Summary.self, from: last))
        for line in lines {
            let mistake = try JSONDecoder().decode(Mistake.self, from: line)
            report.wrongLines.append(mistake.line)
            report.mistakes.append("line \(mistake.line): \(mistake.error)")
        }
        return report
    }
}

extension PythonScript {
    private static let directory = Result {
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
            "Python"
        ).path
        guard FileManager.default.isExecutableFile(atPath: python) else {
            throw TestFailure(
                """
                there is no \(python): scripts/test makes it, or run
                python3 -m venv .build/python && .build/python/bin/pip install -r \(path)/requirements.txt
                """)
        }
        return path
    }

    /// WALBROOK_PYTHON, or that of the environment in `.build`.
    private static let python: String = {
        if let chosen = ProcessInfo.processInfo.environment["WALBROOK_PYTHON"] { return chosen }
        var root = URL(fileURLWithPath: #filePath)
        for _ in 0..<3 { root.deleteLastPathComponent() }
        return root.appendingPathComponent(".build/python/bin/python").path
    }()
}
