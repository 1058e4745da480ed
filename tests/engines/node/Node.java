import static org.codelibs.opensearch.runner.OpenSearchRunner.newConfigs;

import org.codelibs.opensearch.runner.OpenSearchRunner;

/** One OpenSearch node on loopback; ends with its input, so it cannot outlive who started it. */
public class Node {
    public static void main(String[] arguments) throws Exception {
        java.io.PrintStream told = System.out; // the node sends the later one to its log
        OpenSearchRunner runner = new OpenSearchRunner();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                runner.close();
            } catch (Exception error) {
                System.err.println(error);
            }
        }));
        runner.onBuild((number, settings) -> {
            settings.put("http.port", arguments[1]);
            settings.put("network.host", "127.0.0.1");
            settings.put("discovery.type", "single-node");
            settings.put("action.auto_create_index", false);
            settings.put("cluster.routing.allocation.disk.threshold_enabled", false);
        }).build(newConfigs().basePath(arguments[0]).clusterName("bundel-test").numOfNode(1)
                .useLogger());
        runner.ensureYellow();
        told.println("READY");
        while (System.in.read() >= 0) {
            // nothing is expected: only the end of the input counts
        }
        System.exit(0);
    }
}
