import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { queryClient } from "@/api";
import { SessionExpired } from "@/shell/session-expired";
import { Toasts } from "@/ui/toast";
import { TooltipProvider } from "@/ui/tooltip";
import { router } from "./routes";

export function App() {
  return (
    <QueryClientProvider client={queryClient}>
      <TooltipProvider delayDuration={300}>
        <RouterProvider router={router} />
        <SessionExpired />
        <Toasts />
      </TooltipProvider>
    </QueryClientProvider>
  );
}
