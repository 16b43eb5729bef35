import io.debezium.engine.ChangeEvent;
import io.debezium.engine.DebeziumEngine;
import io.debezium.engine.DebeziumEngine.RecordCommitter;
import io.debezium.engine.format.Json;
import io.debezium.engine.format.KeyValueHeaderChangeEventFormat;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;

/**
 * Streams one database with Debezium's engine and prints a line for each of its records, up to the logical message that
 * ends a golden script. The engine's configuration comes as Java properties on standard input.
 */
public final class Golden {
    private static final String END_OF_SCRIPT = "{\"prefix\":\"walbrook.golden\"}";
    private static final long SECONDS = 120;

    public static void main(String[] arguments) throws Exception {
        var configuration = new Properties();
        configuration.load(System.in);
        var output = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        var ended = new CountDownLatch(1);
        var complete = new CountDownLatch(1);
        var failure = new AtomicReference<String>("it stopped before the end of the script");

        var engine = DebeziumEngine
            .create(KeyValueHeaderChangeEventFormat.of(Json.class, Json.class, Json.class))
            .using(configuration)
            .using((success, message, error) -> {
                if (!success) {
                    failure.set(message + (error == null ? "" : ": " + error));
                }
                complete.countDown();
                ended.countDown();
            })
            .notifying((List<ChangeEvent<String, String>> records,
                        RecordCommitter<ChangeEvent<String, String>> committer) -> {
                for (var record : records) {
                    if (END_OF_SCRIPT.equals(record.key())) {
                        failure.set(null);
                        ended.countDown();
                    } else if (ended.getCount() > 0) {
                        output.print(line(record) + "\n");
                    }
                    committer.markProcessed(record);
                }
                committer.markBatchFinished();
            })
            .build();

        var thread = new Thread(engine, "engine");
        thread.start();
        if (!ended.await(SECONDS, TimeUnit.SECONDS)) {
            failure.set("no end of the script within " + SECONDS + " s");
        }
        var reason = failure.get();
        output.flush();
        if (complete.getCount() > 0) {
            engine.close();
        }
        if (reason != null) {
            System.err.println("engine: " + reason);
        }
        // Not every thread of the connector is a daemon.
        System.exit(reason == null ? 0 : 1);
    }

    /** Puts the engine's own JSON together, so that every digit stays as it was written. */
    private static String line(ChangeEvent<String, String> record) {
        var headers = record.headers().stream()
            .filter(header -> header.getKey().matches("__debezium\\.(newkey|oldkey)"))
            .map(header -> "\"" + header.getKey() + "\":" + header.getValue())
            .collect(Collectors.joining(",", "{", "}"));
        return "{\"destination\":\"" + record.destination() + "\",\"key\":" + record.key() + ",\"headers\":" + headers
            + ",\"value\":" + record.value() + "}";
    }
}
